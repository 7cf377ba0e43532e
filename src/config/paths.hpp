// Paths and globs as they are written in a configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace touchstone::config {

// What is wrong with a path or pattern; "" when nothing is.
struct PathFault {
    std::string what;
    std::string right;
};

// Absolute, without NUL and `..`, not longer than PATH_MAX.
std::optional<PathFault> fault_of_path(std::string_view path);

// An unclosed `[`, a backslash at the end. `**` is fine only when `deep` (excludes).
std::optional<PathFault> fault_of_glob(std::string_view pattern, bool deep);

// Without doubled slashes, `.` and a slash at the end.
std::string normalised(std::string_view path);

// A pattern that matches exactly these bytes.
std::string quote_glob(std::string_view path);
std::string unquote_glob(std::string_view pattern);
bool has_wildcard(std::string_view pattern);

// What of the pattern stands before the first component with a wildcard, unquoted: "/home" of "/home/*/.ssh".
std::string literal_start(std::string_view pattern);

}  // namespace touchstone::config
