// The file systems that are watched, and how a directory of one looks through each of its mounts. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "touchstone/mounts.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {

enum class Marking { none, file_system, directories };

// One file system as long as it stays mounted. Its id is never used again.
struct Volume {
    std::uint32_t id = 0;
    std::uint64_t device = 0;
    std::string type;
    std::vector<Mount> views;  // its mounts that can be reached, the one with the shortest root first
    Marking marking = Marking::none;
    std::string why;           // not a file system mark
    bool refused = false;      // directory marks too
    bool witnessed = false;    // the probes tell of changes in its files
    std::uint64_t marked = 0;  // when the file system mark was placed (FanotifySource::Impl::moment)
    std::set<int> swept;       // mounts of it that a sweep of less than everything has covered since
    bool covered = false;      // its watched directories are marked, each, and known to the probes: no file system mark is needed
    std::size_t group = 0;     // which fanotify group it is marked in
    std::uint64_t fsid = 0;    // what events of it carry; 0: not asked yet
};

// What has to be marked for a policy.
struct MarkPlan {
    std::map<std::uint64_t, Mount> devices;  // file systems to watch whole, with the mount that asked for it
    std::vector<std::string> ancestors;      // directories above a watch, and its start, from the top; what does not exist is left out
};
MarkPlan plan_marks(const Policy& policy, const std::vector<Mount>& mounts, const std::vector<std::string>& named_types);

// The path within the file system of what is seen at `path` through a mount.
std::string inner_path(const Mount& through, const std::string& path);

class Volumes {
public:
    // Takes a new mount table. Volumes that are no longer mounted go, and with `remade` those of the named mounts, whose ids were used again.
    void set_mounts(std::vector<Mount> mounts, const std::vector<int>& remade = {});
    const std::vector<Mount>& mounts() const { return mounts_; }

    Volume* find(std::uint32_t id);
    Volume* of_mount(int mount);
    Volume* of_device(std::uint64_t device);
    Volume* of_event(std::size_t group, std::uint64_t fsid);
    std::map<std::uint32_t, Volume>& all() { return volumes_; }
    const std::map<std::uint32_t, Volume>& all() const { return volumes_; }

    // The paths at which an object is seen in the mounts of its file system, save where another mount covers it. `inner` is its path in the file system.
    std::vector<std::string> views_of(const Volume& volume, const std::string& inner) const;

    // Group 0 serves many file systems, told apart by the fsid in events; every other group just one.
    void set_event_identity(Volume& volume, std::size_t group, std::uint64_t fsid);
    // A subvolume carries another fsid than its file system.
    void add_fsid(const Volume& volume, std::uint64_t fsid) { by_fsid_[fsid] = volume.id; }
    bool fsid_taken(std::uint64_t fsid) const { return by_fsid_.contains(fsid); }

private:
    std::vector<Mount> mounts_;
    std::map<std::uint32_t, Volume> volumes_;
    std::unordered_map<int, std::uint32_t> by_mount_;
    std::unordered_map<std::uint64_t, std::uint32_t> by_fsid_;   // of group 0
    std::unordered_map<std::uint64_t, std::uint32_t> by_group_;  // of the others
    std::uint32_t next_id_ = 1;
};

}  // namespace touchstone
