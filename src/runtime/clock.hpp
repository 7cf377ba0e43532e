// The only place where the daemon reads a clock.
#pragma once

#include <ctime>

#include "touchstone/time.hpp"

namespace touchstone {

inline WallTime wall_now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()); }
// CLOCK_BOOTTIME, as the probes have it.
inline Nanoseconds boot_now() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}
inline SteadyTime steady_now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now()); }

}  // namespace touchstone
