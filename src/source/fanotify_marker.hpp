// Places marks: on whole file systems where the kernel lets it, else on directories. Owns the fanotify groups.
#pragma once

#include <memory>
#include <vector>

#include "fanotify_group.hpp"
#include "fanotify_volumes.hpp"
#include "touchstone/fanotify_marks.hpp"

namespace touchstone {

// Not thread-safe. Most file systems share group 0. One that the kernel will not have beside others (without a reliable fsid: overlay, a btrfs
// subvolume), or whose fsid another one has too (a cloned image), gets a group of its own.
class FanotifyMarker {
public:
    static Result<FanotifyMarker> make(FanotifyMarks how, bool limited_queue);

    int fd() const { return poll_.get(); }  // readable when any group is
    Status poll_also(int fd);
    std::size_t groups() const { return groups_.size(); }
    const FanotifyGroup* group(std::size_t index) const { return groups_[index].get(); }  // null: closed

    // Decides how a file system is marked, and marks it if that is by the whole. Again: renews the mark.
    void mark(Volumes& volumes, Volume& volume);
    void unmark(Volume& volume);
    // The directory marks suffice from now on.
    void release(Volume& volume);

    // A directory of a file system that is not marked as a whole. 0, or the errno of the refusal.
    int mark_directory(Volumes& volumes, Volume& volume, int directory_fd);
    int mark_object(const Volume& volume, int fd) const;

    // Closes the groups of file systems that have gone.
    void close_unused(const Volumes& volumes);

private:
    FanotifyMarker(FanotifyMarks how, bool limited_queue) : how_(how), limited_queue_(limited_queue) {}
    Result<std::size_t> add_group();
    int mark_whole(Volumes& volumes, Volume& volume, const char* point, std::uint64_t fsid);
    int try_directory(Volumes& volumes, Volume& volume, int directory_fd, std::uint64_t fsid);

    FanotifyMarks how_;
    bool limited_queue_;
    Fd poll_;
    std::vector<std::unique_ptr<FanotifyGroup>> groups_;
};

}  // namespace touchstone
