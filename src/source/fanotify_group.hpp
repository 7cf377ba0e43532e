// One fanotify descriptor: made, marked and read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

class FanotifyGroup {
public:
    // no_permission names CAP_SYS_ADMIN.
    static Result<FanotifyGroup> make(bool limited_queue);

    int fd() const { return fd_.get(); }

    // Each gives 0 or errno. A path is taken below `directory_fd` as fanotify_mark(2) does.
    int mark_file_system(const char* path) const;
    int unmark_file_system(const char* path) const;
    // The names in it, what is done to its files, and itself. `writes`: each write too, which is dear.
    int mark_directory(int directory_fd, bool writes) const;
    int mark_object(int fd, bool writes) const;  // a file with several names; O_PATH serves
    // Not to hear of own writes at all: by object, until unmarked. Only saves cost; events that come all the same are left out later.
    int ignore_object(int fd, bool directory) const;
    int hear_object(int fd, bool directory) const;

    // Bytes read; 0 when there is nothing; -1 and errno on an error.
    std::ptrdiff_t read(char* buffer, std::size_t size) const;

private:
    explicit FanotifyGroup(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

// A refusal of a mark in words that say what to do or what it means.
std::string mark_refusal(int error);

// statfs(2)'s f_fsid, which events carry; 0 when it cannot be told.
std::uint64_t fsid_of(int fd);

}  // namespace touchstone
