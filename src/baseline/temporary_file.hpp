// FILE.new-XXXXXX beside FILE: written in full, then renamed over it.
#pragma once

#include <string>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// Removed when dropped without replace(). A lock (flock) is held on it while it lives, so that another writer does not take it
// for one left behind.
class TemporaryFile {
public:
    // Removes what killed writers left behind, then makes a new file, 0600.
    static Result<TemporaryFile> beside(const std::string& file);
    TemporaryFile(TemporaryFile&& other) noexcept = default;
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile();

    const std::string& path() const { return path_; }
    Status replace(const std::string& file);  // fsync, rename, fsync of the directory

private:
    TemporaryFile(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    std::string path_;
    Fd fd_;
};

}  // namespace touchstone
