// The only place where the daemon reads a clock.
#pragma once

#include "touchstone/time.hpp"

namespace touchstone {

inline WallTime wall_now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()); }
inline SteadyTime steady_now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now()); }

}  // namespace touchstone
