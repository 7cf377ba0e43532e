#include "clock.hpp"

namespace touchstone::cli {

WallTime wall_now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()); }
SteadyTime steady_now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now()); }

}  // namespace touchstone::cli
