// What a reload cannot change.
#pragma once

#include <string>
#include <vector>

#include "touchstone/config.hpp"

namespace touchstone {

// Puts what only a start can set from `in_force` into `next`, and names the keys that say otherwise there.
std::vector<std::string> keep_until_restart(const Config& in_force, Config& next);

}  // namespace touchstone
