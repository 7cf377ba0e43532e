// The state directory: ours alone.
#pragma once

#include <string>

#include "touchstone/result.hpp"

namespace touchstone {

inline std::string state_file(const std::string& directory) { return directory + "/state.db"; }

// Makes it (0700, missing parents 0755). Refuses (bad_input) one that belongs to another user or that group or others may write:
// who can put a database there decides what is reported.
Status prepare_state_directory(const std::string& directory);

}  // namespace touchstone
