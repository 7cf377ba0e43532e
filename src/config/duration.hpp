// Durations as they are written: "20ms", "5s", "1h", "1d".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "touchstone/time.hpp"

namespace touchstone::config {

// A whole number and one of ns, us, ms, s, min, m, h, d. nullopt for anything else, and for what int64 nanoseconds cannot hold.
std::optional<Nanoseconds> parse_duration(std::string_view text);

// The same in the largest unit that leaves a whole number.
std::string format_duration(Nanoseconds duration);

}  // namespace touchstone::config
