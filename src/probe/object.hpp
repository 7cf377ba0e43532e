// The compiled probes, which the program carries within itself.
#pragma once

#include <cstddef>

namespace touchstone {

extern "C" const unsigned char touchstone_bpf_object[];
extern "C" const unsigned char touchstone_bpf_object_end[];

inline std::size_t bpf_object_size() { return static_cast<std::size_t>(touchstone_bpf_object_end - touchstone_bpf_object); }

}  // namespace touchstone
