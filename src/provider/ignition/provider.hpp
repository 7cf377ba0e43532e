// Rendered Ignition or MachineConfig configurations: what the administrator says files should be.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "touchstone/provider.hpp"

namespace touchstone {

// null: none is set up. system, bad_input: one cannot be read, is not JSON of that kind (and where), or others than root could write it.
Result<std::unique_ptr<Provider>> open_ignition(const std::vector<std::string>& configs);

}  // namespace touchstone
