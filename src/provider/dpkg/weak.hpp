// dpkg's MD5 lists: what there is where no archive was seen. Unsigned, and MD5; so it is named weak, needs a signed list that has this package in this
// version, and does not count in FIPS mode.
#pragma once

#include <vector>

#include "dpkg/ground.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::dpkg {

// Adds at most one claim. `unread` is set when the path belongs to an installed package of which neither an archive nor a list was read yet.
Status ask_md5_lists(const Question& question, const std::string& path, Ground& ground, std::vector<Claim>& claims, bool& unread);

}  // namespace touchstone::dpkg
