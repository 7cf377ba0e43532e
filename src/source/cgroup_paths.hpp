// The path of a cgroup by its id.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "touchstone/fd.hpp"

namespace touchstone {

// Remembers what it has found: a cgroup is often gone before it is asked for again. Bounded. Not thread-safe.
class CgroupPaths {
public:
    // Within the unified hierarchy, beginning with a slash; "" when it is gone or there is no such hierarchy.
    const std::string& of(std::uint64_t id);

private:
    static constexpr std::size_t kMost = 16'384;
    std::string look_up(std::uint64_t id);

    Fd root_;
    std::string root_path_;
    std::unordered_map<std::uint64_t, std::string> paths_;
};

}  // namespace touchstone
