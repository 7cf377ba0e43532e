// How far a sweep reaches: what the policy and the mounted file systems let it enter.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/mounts.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {

enum class Reach {
    none,
    passage,  // not watched itself, but something below it may be
    watched,
};

// A mount as a sweep sees it.
struct MountView {
    std::string point;
    std::string type;
    bool entered = true;
    bool remote = false;  // of a type that is not watched unless named: what the kernel caches of it may be old
    // Of a pseudo, network or FUSE file system: the starts of watches on it. Only these and what is below them is entered.
    std::vector<std::string> only;
};

// The longest part of a watch's path that holds no glob, by components.
std::string literal_prefix(const std::string& pattern);

class SweepReach {
public:
    SweepReach(const Policy& policy, std::vector<std::string> filesystems, std::vector<Mount> mounts);

    // Thread-safe. The view of a mount by its number; `path` is on it. Reads the mount table again when the number is new.
    const MountView& mount(int id, const std::string& path);

    Reach of(const MountView& mount, const std::string& path) const;

    // True when a watched directory's rule is the rule of everything that can be below it, at any depth: then nobody need be asked again.
    bool uniform_below(const MountView& mount, const std::string& directory) const;

private:
    MountView view_of(const Mount& mount) const;

    const Policy& policy_;
    const std::vector<std::string> filesystems_;
    std::vector<std::string> prefixes_;  // of all watches
    std::mutex mutex_;
    std::vector<Mount> mounts_;
    std::map<int, std::unique_ptr<MountView>> views_;  // views stay where they are
};

// Where the walk of a scope starts: the scope, when it is watched or leads to something watched; else the watches below it.
std::vector<std::string> sweep_roots(const std::string& scope, const Policy& policy);

}  // namespace touchstone
