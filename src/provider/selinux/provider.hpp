// The SELinux policy's file contexts: which label an object has that nobody gave another.
#pragma once

#include <memory>
#include <string>

#include "touchstone/provider.hpp"

namespace touchstone {

// null: there is no policy below `root` (ROOT/etc/selinux/config), or it says "disabled". system, bad_input: there is one that cannot be read.
Result<std::unique_ptr<Provider>> open_selinux(const std::string& root);

}  // namespace touchstone
