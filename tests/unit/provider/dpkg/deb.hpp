// A .deb made byte by byte, also such as no packager makes.
#pragma once

#include <string>
#include <vector>

#include "dpkg/archive.hpp"

namespace touchstone::test {

struct TarEntry {
    std::string path;
    char type = 'f';      // f file, d directory, l symbolic link, h hard link, p fifo
    std::string content;  // or the target
    unsigned mode = 0644;
    long uid = 0, gid = 0;
};

std::string tar(const std::vector<TarEntry>& entries, int filter);  // filter: ARCHIVE_FILTER_...
std::string ar(const std::vector<std::pair<std::string, std::string>>& members);
std::string deb(const std::vector<TarEntry>& control, const std::vector<TarEntry>& data);
std::vector<TarEntry> control_of(const std::string& package, const std::string& version, const std::string& more = "");

Result<dpkg::PackageArchive> read_deb(const std::string& bytes, DigestAlgorithm digest = DigestAlgorithm::sha256);

}  // namespace touchstone::test
