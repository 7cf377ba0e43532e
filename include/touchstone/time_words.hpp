// Points in time as people and logs write them.
#pragma once

#include <optional>
#include <string_view>

#include "touchstone/time.hpp"

namespace touchstone::reader {

// RFC 3339: 2026-11-29T14:30:00.123456789Z, also with an offset (+01:00), a space for the T, or lower case.
std::optional<WallTime> parse_rfc3339(std::string_view text);

// What journalctl(1) takes: RFC 3339; "2026-11-29", "2026-11-29 14:30[:05]" and "14:30[:05]" in the local time zone; now, today, yesterday, tomorrow;
// "2h ago", "-2h", "+10min", "1d 4h ago", "2 weeks ago"; "@1764426600". nullopt for anything else. Reads the time zone, not the clock.
std::optional<WallTime> parse_time_words(std::string_view text, WallTime now);

}  // namespace touchstone::reader
