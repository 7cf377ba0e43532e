// apt's lists (/var/lib/apt/lists): which packages the archives' signed indexes have. Chain: stanza in Packages, SHA-256 of the index in Release,
// signature of Release by gpgv, key trusted for that source.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct Listed {
    std::string package, version, architecture;
    std::string sha256;  // raw, of the .deb
    std::string origin;  // "Debian bookworm, main/binary-amd64/Packages"
    std::string signers; // fingerprints with names, joined by ", "
};

// Reads every index of every source once. `wanted` is asked about stanzas of an index that is not proven yet (package, version, architecture
// and sha256 are set); what it wants is given to `take` once the index as a whole was found to be what a signed Release file says. Whatever is
// refused on the way (a signature, an index that is not what Release says) is said in `refused`, one line each, and nothing of it is taken.
void search_lists(const std::string& root, const std::function<bool(const Listed&)>& wanted, const std::function<void(Listed)>& take,
                  std::vector<std::string>& refused);

}  // namespace touchstone::dpkg
