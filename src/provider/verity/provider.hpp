// Files that fs-verity holds, whose measured digest somebody signed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "touchstone/provider.hpp"

namespace touchstone {

// null: no certificates are set up. system, bad_input: one of their files cannot be read, or holds none.
Result<std::unique_ptr<Provider>> open_verity(const std::vector<std::string>& certificates);

}  // namespace touchstone
