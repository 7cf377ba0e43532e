// apt's sources (sources.list(5), both forms): of which archives there are lists, and with whose keys these must be signed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct Source {
    std::string lists;                   // how the names of its files in /var/lib/apt/lists begin: "deb.debian.org_debian_dists_bookworm_"
    std::vector<std::string> keyrings;   // of Signed-By: files; with no `fingerprints` and no `key` either: apt's trusted keyrings
    std::vector<std::string> fingerprints;  // upper case; only these keys of the keyrings
    std::string key;                     // armoured, within the source itself
};

// bad_input with the line: an entry that apt would refuse, too. Entries of sources only, and those not enabled, are left out.
Result<std::vector<Source>> parse_sources_list(std::string_view text);
Result<std::vector<Source>> parse_deb822_sources(std::string_view text);

// All of ROOT/etc/apt. A file that cannot be read or parsed is left out, and said in `refused`.
std::vector<Source> read_sources(const std::string& root, std::vector<std::string>& refused);

// As apt names the file of a URI, from which scheme and user were taken, in its lists.
std::string list_name(std::string_view uri);

}  // namespace touchstone::dpkg
