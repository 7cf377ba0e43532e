// dpkg's own lists of a package's files (info/PACKAGE.list, .md5sums): unsigned, and MD5, so weak.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dpkg/status.hpp"

namespace touchstone::dpkg {

// "/var/lib/dpkg/info/PACKAGE[:ARCHITECTURE]", to which ".list" and the like belong.
std::string info_base(const PackageKey& package, const PackageStatus& status);

// By absolute path. bad_input: a line that is none.
Result<std::map<std::string, std::string>> parse_md5sums(std::string_view text);

// MD5 in hexadecimal of each path that dpkg has one of: its list, and the conffiles of its status. Nothing when the package has no list.
std::map<std::string, std::string> md5sums_of(const std::string& root, const PackageKey& package, const PackageStatus& status);
std::vector<std::string> paths_of(const std::string& root, const PackageKey& package, const PackageStatus& status);

}  // namespace touchstone::dpkg
