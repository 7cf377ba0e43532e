// What the source knows of directories, and how it comes to know one from a descriptor or a file handle.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "directory_map.hpp"
#include "fanotify_volumes.hpp"
#include "handle.hpp"
#include "link_index.hpp"

namespace touchstone {

// Not thread-safe: the source's lock covers it.
class FanotifyGround {
public:
    explicit FanotifyGround(std::shared_ptr<const Policy> policy) : policy_(std::move(policy)) {}

    Volumes volumes;
    DirectoryMap map;
    LinkIndex links;

    const Policy& policy() const { return *policy_; }
    void set_policy(std::shared_ptr<const Policy> policy);

    // Enters an open directory under the name that it has now, and what lies above it; kNone when it is gone or cannot be named.
    // The path given to the caller is that name.
    DirectoryMap::Node place(int directory_fd);
    DirectoryMap::Node place(int directory_fd, ObjectHandle handle);

    enum class Found {
        known,      // it has nodes in the map
        unwatched,  // nothing in it can be watched
        gone,       // the directory no longer exists and was not known
        unclear,    // the system would not say (no descriptors, no memory): something may be missed
    };
    Found locate(const Volume& volume, const ObjectKey& key);

    // Called for each watched directory that was placed, also again. Empty: the map learns no inode numbers.
    std::function<void(KernelObject)> on_watched_directory;

    // Nothing below such a directory is watched either. Bounded; forgotten when a directory comes into the watch or the mounts change.
    void note_unwatched(const ObjectKey& key);
    void forget_unwatched() { unwatched_.clear(); }
    void forget_unwatched(const ObjectKey& key);

    // Any object, by its handle. No path when it has no name that the kernel remembers.
    struct Object {
        Fd fd;
        struct stat status {};
        std::vector<std::string> paths;  // where it is seen; those that could be watched have been checked
        bool doubtful = false;           // one that could be watched was no longer it: renamed meanwhile
    };
    Result<Object> open(const Volume& volume, const ObjectKey& key);

    // Mounts are held open only while a batch is worked on, so that they can be unmounted.
    void close_mounts() { mount_fds_.clear(); }

    // What an event says of an object's place is forgotten; learn it anew.
    void forget_directories();

private:
    struct OpenMount {
        Fd fd;
        Mount mount;
    };
    static constexpr std::size_t kMaxUnwatched = 65'536;

    void note_object(DirectoryMap::Node node, KernelObject object);
    const OpenMount* open_mount(const Volume& volume);
    void find_paths(const Volume& volume, const OpenMount& through, const ObjectKey& key, Object& object);
    Found locate_by_handle(const Volume& volume, const ObjectKey& key);

    std::shared_ptr<const Policy> policy_;
    std::unordered_set<std::string, StringHash, std::equal_to<>> unwatched_;
    std::unordered_map<std::uint32_t, OpenMount> mount_fds_;
};

}  // namespace touchstone
