// A JSON object as text for a person: one section for each member that is an object or a list, with aligned values.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace touchstone::cli {

// Knows nothing of what it prints, so that a newer daemon's answer is shown whole. Safe for a terminal.
std::string sections(const nlohmann::ordered_json& json);

}  // namespace touchstone::cli
