// Whether the host has better things to do than to be read through.
#pragma once

#include <string>

namespace touchstone {

// Why it is better to wait now; "" when nothing speaks against going on. From pressure stall information (/proc/pressure: the share of the last ten
// seconds in which some task waited), without it from the load average, and from the power supply: not on battery. `root` is "/" but for tests.
// Reads a few small files.
std::string pressure(const std::string& root = "/");

}  // namespace touchstone
