// Extended attributes of an object: ACLs, SELinux label, capabilities, user attributes.
#pragma once

#include <map>
#include <string>

#include "trouble.hpp"

namespace touchstone {

// A list or a value above 64 KiB is E2BIG. An empty map where the file system has no extended attributes.
Tried<std::map<std::string, std::string>> xattrs_of(int fd);

// Of an O_PATH descriptor, which flistxattr and listxattrat(AT_EMPTY_PATH) refuse: through /proc/self/fd. A magic link leads to the very inode that
// it holds, be it a symbolic link or a fifo, and no name is looked up again. Costs more.
Tried<std::map<std::string, std::string>> xattrs_of_path(int path_fd);

}  // namespace touchstone
