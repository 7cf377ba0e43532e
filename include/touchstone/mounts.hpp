// The mount table, and which file systems may be watched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone {

struct Mount {
    int id = 0;
    int parent = 0;
    std::uint64_t device = 0;   // makedev(3) of mountinfo's major:minor
    std::string root;           // of the mount within its file system
    std::string point;
    std::string type;           // "ext4"
    std::string source;
    bool operator==(const Mount&) const = default;
};

// proc_pid_mountinfo(5), octal escapes undone. Bad lines are skipped and counted in *bad when given.
std::vector<Mount> parse_mountinfo(const std::string& text, std::size_t* bad = nullptr);
Result<std::vector<Mount>> read_mounts();

// The mount that a walk along the path ends on: of mounts on one point the topmost, and what a later mount hides does not count.
// Null when no mount holds the path.
const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path);

// proc, sysfs, cgroup, FUSE, NFS, ...: not watched below a watch unless named in [sources] filesystems ("fuse" names all fuse.*), or
// the watch's own start lies on it.
bool is_watchable_type(const std::string& type, const std::vector<std::string>& named);

}  // namespace touchstone
