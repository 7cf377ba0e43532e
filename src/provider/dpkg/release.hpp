// An archive's Release file: which indexes it has, by their SHA-256. What it says counts only after its signature was verified (signature.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct Release {
    struct Index {
        std::string sha256;  // raw
        std::uint64_t size = 0;
    };
    std::string origin;    // "Debian"
    std::string codename;  // "bookworm"; the suite where there is none
    std::map<std::string, Index> indexes;  // by path below the Release file, uncompressed ones and others: "main/binary-amd64/Packages"

    std::string name() const { return origin.empty() ? codename : codename.empty() ? origin : origin + " " + codename; }
};

// bad_input: no stanza, or an entry that is none, or no SHA-256 at all.
Result<Release> parse_release(std::string_view text);

}  // namespace touchstone::dpkg
