// Extended attributes of an object: ACLs, SELinux label, capabilities, user attributes.
#pragma once

#include <map>
#include <string>

#include "trouble.hpp"

namespace touchstone {

// Reads through /proc/self/fd: a magic link leads to the very inode that the O_PATH descriptor holds, be it a symbolic link or
// a fifo, and no name is looked up again. (flistxattr and listxattrat(AT_EMPTY_PATH) refuse O_PATH descriptors.) A list or a
// value above 64 KiB is E2BIG. An empty map where the file system has no extended attributes.
Tried<std::map<std::string, std::string>> xattrs_of(int path_fd);

}  // namespace touchstone
