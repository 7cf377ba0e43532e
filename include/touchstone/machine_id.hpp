// Which host this is.
#pragma once

#include <string>

namespace touchstone {

// machine-id(5): 32 hex digits; "" when it cannot be read. Blocks on a read.
std::string machine_id();

}  // namespace touchstone
