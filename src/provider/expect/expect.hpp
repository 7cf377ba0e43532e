// The provider "expect": rules of the administrator about changes that are normal by their nature, made by a writer that is known and checked.
#pragma once

#include <memory>

#include "touchstone/providers.hpp"

namespace touchstone {

// null when there is no expectation. bad_input: a user that nobody has.
Result<std::unique_ptr<Provider>> open_expect(const ProviderSettings& settings, const std::string& state_directory);

}  // namespace touchstone
