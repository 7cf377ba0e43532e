// Installed packages of rpm, whose headers are signed by keys imported into their database.
#pragma once

#include <memory>
#include <string>

#include "touchstone/provider.hpp"

namespace touchstone {

// null: there is no rpm database below `root`. corrupt: there is one that cannot be read.
Result<std::unique_ptr<Provider>> open_rpm(const std::string& root);

}  // namespace touchstone
