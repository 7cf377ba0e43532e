// The checksums that OSTree gives to objects: one for all that it says of a file, and one for all that it says of a directory itself.
#pragma once

#include <string>

#include "touchstone/object.hpp"
#include "../content_digest.hpp"

namespace touchstone::ostree {

enum class Xattrs { all, all_but_label };  // security.selinux may have been put on when it was deployed

// Of a regular file or symbolic link as it is: a digest that holds the header, and wants the content of a regular file.
Result<ContentDigest> begin_file_checksum(const Attributes& now, Xattrs which);
// Of a directory as it is, raw.
std::string directory_checksum(const Attributes& now, Xattrs which);

}  // namespace touchstone::ostree
