// Points in time on the command line.
#pragma once

#include <optional>
#include <string_view>

#include "touchstone/time.hpp"

namespace touchstone::cli {

// "30min", "2h", "3d" from now on; "2026-01-31" (its first moment, UTC); "2026-01-31T12:00:00Z". Whole seconds. nullopt for anything else.
std::optional<WallTime> moment(std::string_view text, WallTime now);

}  // namespace touchstone::cli
