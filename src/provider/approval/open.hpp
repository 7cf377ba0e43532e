#pragma once

#include <memory>
#include <string>

#include "touchstone/providers.hpp"

namespace touchstone::approval {

// null: no keys are set up.
Result<std::unique_ptr<Provider>> open(const ProviderSettings& settings, const std::string& state_directory);

}  // namespace touchstone::approval
