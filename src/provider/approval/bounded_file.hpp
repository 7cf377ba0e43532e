// A small file, read whole.
#pragma once

#include <string>

#include "touchstone/result.hpp"

namespace touchstone::approval {

// bad_input when it is no regular file or longer than `most`. Symbolic links are followed: the caller names what it means. Blocks on reads.
Result<std::string> read_bounded(const std::string& file, std::size_t most);

}  // namespace touchstone::approval
