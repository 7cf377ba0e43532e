// Text forms of attribute values (finding.hpp): always valid UTF-8.
#pragma once

#include <cstdint>
#include <string>

namespace touchstone {

std::string mode_text(std::uint32_t mode);    // "0644"
std::string device_text(std::uint64_t rdev);  // "8:1"

// Printable UTF-8 as it is, everything else "0x" and hex; also what is empty or itself begins with 0x, so that no two values, and
// no value and its absence (""), read the same. A SELinux label is shown without its final NUL.
std::string xattr_text(const std::string& name, const std::string& value);

}  // namespace touchstone
