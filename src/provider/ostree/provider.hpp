// Deployments of OSTree: what stands as in the commit that is deployed.
#pragma once

#include <memory>
#include <string>

#include "touchstone/provider.hpp"

namespace touchstone {

// null: there is no OSTree repository below `sysroot`. corrupt: there is one that cannot be read.
Result<std::unique_ptr<Provider>> open_ostree(const std::string& sysroot);

}  // namespace touchstone
