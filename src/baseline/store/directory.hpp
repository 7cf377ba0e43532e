// Directories that hold our databases.
#pragma once

#include <string>

#include "touchstone/result.hpp"

namespace touchstone::store {

// Makes the directory with 0700 and missing parents with 0755. What exists is left as it is; bad_input when it is no directory.
Status make_directory(const std::string& path);
Status sync_directory(const std::string& path);  // fsync: names made in it survive a power loss
std::string directory_of(const std::string& file);  // "." for a bare name

}  // namespace touchstone::store
