// What fs-verity says of an open file: the digest of all its content, known without reading any, for the kernel holds every block that is read against it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "touchstone/object.hpp"
#include "trouble.hpp"

namespace touchstone {

// Fills `verity` of a file whose inode flags, read before, say that fs-verity holds it; asks of no other. Leaves it empty where the file system gives
// the flag but no measurement (overlayfs).
Tried<void> read_verity(int fd, Attributes& attributes);

// As fsverity(1) prints it; an algorithm that has no name here is given by its number.
std::string verity_text(std::uint16_t algorithm, std::string_view digest);

}  // namespace touchstone
