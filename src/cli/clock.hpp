// The clocks: read here and in runtime, and nowhere else.
#pragma once

#include "touchstone/time.hpp"

namespace touchstone::cli {

WallTime wall_now();
SteadyTime steady_now();

}  // namespace touchstone::cli
