// JSON for standard output.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace touchstone::cli {

// Sets out[key] to the path as valid UTF-8, and out[key + "_hex"] to its bytes where they are not (DESIGN.md 5.3).
void put_path(nlohmann::json& out, const std::string& key, std::string_view path);

// Indented, with a newline at the end; never throws, whatever the strings hold.
std::string to_text(const nlohmann::json& json);

}  // namespace touchstone::cli
