// The system calls of a walk: none follows a symbolic link, mounts an automount point or changes an access time.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/fd.hpp"
#include "touchstone/object.hpp"

namespace touchstone {

// What a sweep wants to know of an entry.
struct Seen {
    FileType type = FileType::regular;
    ObjectId id;
    std::uint64_t size = 0;
    std::uint64_t link_count = 0;
    WallTime ctime{};
    int mount = 0;  // as in mountinfo
    struct statx status {};  // all of it
};

// 0 or an errno. `name` "" is `directory` itself. `cached`: a network file system need not be asked.
int see(int directory, const char* name, bool cached, Seen& seen);

// Opens a directory for listing, by a path of any length, absolute or relative to the directory `from`. An empty Fd leaves errno.
Fd open_directory(const std::string& path, int from = AT_FDCWD);

// The same for see() and as `from` only (O_PATH).
Fd open_place(const std::string& path, int from = AT_FDCWD);

// The place that holds the last component of an absolute path. "/" is held by itself.
Fd open_parent(const std::string& path);

// True when the path leads somewhere, but not without following a symbolic link. For a path that see() did not find.
bool is_behind_link(const std::string& path);

// The names in a directory, in byte order. Kept for re-use: one for each thread.
class Listing {
public:
    // 0 or an errno; what was read before an error is kept.
    int read(int directory);
    std::size_t size() const { return entries_.size(); }
    std::string_view name(std::size_t index) const { return {names_.data() + entries_[index].offset, entries_[index].length}; }  // NUL follows
    bool is_regular(std::size_t index) const { return entries_[index].regular; }  // as the directory says; not every file system does
    void clear();

private:
    struct Entry {
        std::uint64_t head;  // the first eight bytes, so that most comparisons need not fetch the name
        std::uint32_t offset;
        std::uint32_t length : 31;
        std::uint32_t regular : 1;
    };
    bool add(std::string_view name, bool regular);
    void sort();

    std::vector<char> buffer_;
    std::string names_;
    std::vector<Entry> entries_;
};

}  // namespace touchstone
