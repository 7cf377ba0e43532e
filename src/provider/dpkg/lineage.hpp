// Who wrote, seen from dpkg: itself, apt, or a script of a package and what that runs.
#pragma once

#include <optional>
#include <string>

#include "touchstone/actor.hpp"

namespace touchstone::dpkg {

// A maintainer script, as the process that dpkg started for it shows.
struct Script {
    std::string path;     // "/var/lib/dpkg/info/man-db.postinst", "/var/lib/dpkg/tmp.ci/preinst", within the root
    std::string package;  // "man-db", "libc6:amd64"; "" in tmp.ci, where dpkg does not say whose it is
    std::string member;   // "postinst"
    std::int32_t pid = 0;
    WallTime start{};
};

struct Lineage {
    enum class Kind { foreign, dpkg, apt, script } kind = Kind::foreign;
    std::optional<Script> script;  // of kind script
};

// `root`: where the packages are; dpkg --root names its scripts from inside, after chroot(2), or from outside.
Lineage lineage_of(const Actor& actor, const std::string& root);

}  // namespace touchstone::dpkg
