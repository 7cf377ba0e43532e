// Who this host is.
#pragma once

#include "touchstone/event.hpp"

namespace touchstone {

// machine-id(5), boot id and node name; "" for what cannot be read.
Host read_host();

}  // namespace touchstone
