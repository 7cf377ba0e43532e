// Tells whether the baseline's file is still the one that was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace touchstone {

struct BaselineStamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0, mtime = 0, ctime = 0;  // times in nanoseconds
    bool operator==(const BaselineStamp&) const = default;
    bool same_file(const BaselineStamp& other) const { return device == other.device && inode == other.inode; }
};

// nullopt when there is no such file, or it cannot be looked at.
std::optional<BaselineStamp> stamp_of(const std::string& file);

}  // namespace touchstone
