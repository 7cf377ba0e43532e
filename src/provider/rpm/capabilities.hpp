// File capabilities: a package names them in text, an object has them as an extended attribute.
#pragma once

#include <optional>
#include <string>

namespace touchstone::rpm {

// The value of security.capability for the text of cap_from_text(3); "" for "" and for none at all; nullopt when it cannot be read.
std::optional<std::string> capability_xattr(const std::string& text);

}  // namespace touchstone::rpm
