// An io_uring with room for one request at a time, by its system calls.
#pragma once

#include <linux/io_uring.h>

#include <cstdint>

#include "touchstone/fd.hpp"

namespace touchstone::test {

class Uring {
public:
    explicit Uring(unsigned flags = 0);
    ~Uring();
    Uring(const Uring&) = delete;
    Uring& operator=(const Uring&) = delete;

    // Submits a request and gives its result; a negative one throws, Unsupported where the kernel has no such operation.
    int run(const io_uring_sqe& request, const char* what);
    int fd() const { return fd_.get(); }

private:
    template <class T>
    T* at(void* ring, std::uint32_t offset) const {
        return reinterpret_cast<T*>(static_cast<char*>(ring) + offset);
    }

    Fd fd_;
    io_uring_params parameters_{};
    void *submissions_, *completions_;
    io_uring_sqe* entries_;
    std::size_t submissions_size_, completions_size_, entries_size_;
};

}  // namespace touchstone::test
