// Attributes to compare.
#pragma once

#include <string>

#include "touchstone/object.hpp"

namespace touchstone::cli {

inline Attributes with_digest(const std::string& digest) {
    Attributes made;
    made.digest = digest + std::string(32 - digest.size(), '\0');  // as long as SHA-256 is
    return made;
}

}  // namespace touchstone::cli
