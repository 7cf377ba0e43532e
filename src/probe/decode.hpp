// What is no record of the ring.
#pragma once

#include "identity.hpp"

namespace touchstone {

// Of sizeof(ts_mapping) bytes. A name that is none is left out.
MappedFile decode_mapping(const void* bytes);

}  // namespace touchstone
