// Time is an argument everywhere; only runtime and cli read a clock.
#pragma once

#include <chrono>

#include <string>

namespace touchstone {

using Nanoseconds = std::chrono::nanoseconds;
using WallTime = std::chrono::sys_time<Nanoseconds>;                                      // CLOCK_REALTIME
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;       // CLOCK_MONOTONIC

// RFC 3339 in UTC with nine digits: 2026-01-31T12:00:00.123456789Z.
std::string to_rfc3339(WallTime time);

}  // namespace touchstone
