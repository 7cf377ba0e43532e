// Inode flags (chattr) and project id of an open file or directory.
#pragma once

#include <cstdint>

#include "touchstone/object.hpp"
#include "trouble.hpp"

namespace touchstone {

// Fills inode_flags and project_id; leaves them 0 where the file system has none.
Tried<void> read_inode_flags(int fd, Attributes& attributes);

// The flags that say something about what an administrator, or an attacker, did.
std::uint32_t judged_inode_flags(std::uint32_t flags);

}  // namespace touchstone
