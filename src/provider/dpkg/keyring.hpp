// The keys that may sign an archive, in the form that gpgv takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dpkg/sources.hpp"
#include "touchstone/result.hpp"

namespace touchstone::dpkg {

// ASCII armour (of one or several blocks) taken off; anything else is returned as it is. bad_input: armour that is cut or is none, or a keybox.
Result<std::string> binary_keys(std::string_view keys);

// The keys of `source`: those of its Signed-By, else apt's trusted ones below ROOT/etc/apt. A keyring that cannot be used is said in `refused`.
std::string keys_of(const Source& source, const std::string& root, std::vector<std::string>& refused);

}  // namespace touchstone::dpkg
