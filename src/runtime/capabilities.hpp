// Which of the capabilities that watching cannot do without are missing.
#pragma once

#include <string>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone {

// Names as in capabilities(7), of the effective set. Empty: none is missing.
Result<std::vector<std::string>> missing_capabilities();

}  // namespace touchstone
