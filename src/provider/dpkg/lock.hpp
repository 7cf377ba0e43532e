// Whether somebody works with dpkg's database just now. Looked at, never taken.
#pragma once

#include <string>

namespace touchstone::dpkg {

bool is_locked(const std::string& root);

}  // namespace touchstone::dpkg
