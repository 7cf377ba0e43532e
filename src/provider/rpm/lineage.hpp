// Who wrote, seen from rpm: itself (or what uses its library), or a scriptlet that it ran.
#pragma once

#include <optional>
#include <string_view>

#include "touchstone/actor.hpp"

namespace touchstone::rpm {

// A run of rpm, and the scriptlet in it. rpm does not tell a scriptlet's process whose it is.
struct Act {
    WallTime run{};                     // when rpm's process began
    std::optional<WallTime> scriptlet;  // when the scriptlet's did; nullopt: rpm itself wrote
    std::int32_t pid = 0;               // of the scriptlet, or of rpm
};

// nullopt: somebody else, also what rpm runs without it being a scriptlet (`rpm --eval`).
std::optional<Act> act_of(const Actor& actor);

// What rpm and dnf keep for themselves, within the root: databases, caches and logs.
bool is_rpms_own(std::string_view path);
// "/usr/bin/x" of "/usr/bin/x;65f0a1b2", under which rpm unpacks; "" when it is no such name.
std::string_view unpacked_for(std::string_view path);

}  // namespace touchstone::rpm
