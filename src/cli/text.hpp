// Small text forms for people.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/object.hpp"

namespace touchstone::cli {

std::string with_commas(std::uint64_t number);      // 12,345
std::string counted(std::uint64_t number, const char* one, const char* many = nullptr);  // "1 object", "2 objects"
std::string size_text(std::uint64_t bytes);         // 1.2 GiB
std::string duration_text(Nanoseconds duration);    // 0.4 s, 12.3 s, 3 min 20 s
std::string time_text(WallTime time);               // UTC, whole seconds
std::string mode_text(std::uint32_t mode);          // 0644
std::string error_text(int error);                  // "Permission denied" for EACCES

// With what was attempted: "open: Permission denied".
std::string reason_text(const Unreadable& unreadable);

// Name and value of everything that is known of an object, in a fixed order; values may hold any bytes.
std::vector<std::pair<std::string, std::string>> attribute_lines(const Attributes& attributes, DigestAlgorithm digest);

}  // namespace touchstone::cli
