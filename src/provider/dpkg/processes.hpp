// Which process is which: a pid alone comes back.
#pragma once

#include <cstdint>
#include <optional>

namespace touchstone::dpkg {

std::optional<std::uint64_t> start_of(std::int32_t pid);  // in clock ticks since boot; nullopt: there is no such process

// The nearest of `pid` and its parents that is no shell: who has a hook run, and not the shell that it is run by. 0: none.
std::int32_t caller_behind_shells(std::int32_t pid);

}  // namespace touchstone::dpkg
