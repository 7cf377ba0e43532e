// A file of our own that is touched now and then, to see that this is noticed.
#pragma once

#include <cstdint>
#include <string>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

class Canary {
public:
    // Makes `canary` in the state directory, or takes the one that is there.
    static Result<Canary> make(const std::string& state);

    int fd() const { return fd_.get(); }
    std::uint64_t inode() const { return inode_; }
    Status touch() const;

private:
    Canary(Fd fd, std::uint64_t inode) : fd_(std::move(fd)), inode_(inode) {}
    Fd fd_;
    std::uint64_t inode_;
};

}  // namespace touchstone
