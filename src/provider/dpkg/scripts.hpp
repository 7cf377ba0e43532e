// Whether a maintainer script that ran is the one that the signed archive has.
#pragma once

#include <string>

#include "dpkg/ground.hpp"
#include "dpkg/lineage.hpp"

namespace touchstone::dpkg {

struct ScriptProof {
    enum class Kind {
        verified,    // it is what the archive has
        unverified,  // no archive of its version was seen: nothing shows whose it is but its name
        altered,     // it is not what the archive has
        foreign,     // of no package that is installed or in a transaction, or of one that was refused
    } kind = Kind::foreign;
    std::string source;       // "man-db 2.11.2-2 (amd64)"
    std::string signers;
    std::string transaction;  // "" when it ran outside of every run of apt
};

Result<ScriptProof> prove(const Script& script, Ground& ground);

// Of the run of apt in which a process began; "" when it was in none.
Result<std::string> transaction_at(WallTime start, Ground& ground);

// Whether `path` is what dpkg keeps in info/ of a package that is removed by the run of apt in which a process began.
Result<bool> is_kept_of_removed(const std::string& path, WallTime start, Ground& ground);

std::string source_of(const PackageKey& package, const std::string& version);

}  // namespace touchstone::dpkg
