// What is not for everybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "touchstone/object.hpp"

namespace touchstone::diff {

// By its last component, or where it lies: password files, keys, and what holds credentials.
bool is_private_name(std::string_view path);

// Why a file is private, as one phrase; nullopt: everybody may read it, and nothing says that it holds a secret. Asks the file system about the
// directories above.
std::optional<std::string> why_private(const std::string& path, const Attributes& attributes, std::string_view content);

}  // namespace touchstone::diff
