// Whether a file that was read is still the same, without reading it again.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

struct FileState {
    bool there = false;
    std::uint64_t device = 0, inode = 0, size = 0;
    WallTime ctime{};
    // Whether one that was read after `now` would show by its state that it changed since; what was not there shows it by being there.
    bool settled(WallTime now) const { return !there || !is_racy(ctime, now); }
    std::uint64_t mixed_into(std::uint64_t version) const;  // for Provider::version
    bool operator==(const FileState&) const = default;
};

FileState file_state(const std::string& path);  // symbolic links are followed, as by who uses the file
FileState file_state(const struct stat& status);

// All of a regular file of at most `most` bytes, and the state that it was read in. Symbolic links are followed. bad_input: larger, or not a regular file.
struct ReadFile {
    std::string content;
    struct stat status;
};
Result<ReadFile> read_file(const std::string& path, std::size_t most);

}  // namespace touchstone
