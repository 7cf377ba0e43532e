// Bytes as printable ASCII within a line of an approval: %XX (upper case) for whatever else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace touchstone::approval {

enum class Spaces { escaped, kept };
std::string escape(std::string_view bytes, Spaces spaces);
std::optional<std::string> unescape(std::string_view text);  // nullopt: a % without two hex digits, or a byte that must be escaped

}  // namespace touchstone::approval
