// Reads a file's bytes in order, without displacing what others have in the page cache.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string_view>

#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"
#include "trouble.hpp"

namespace touchstone {

// For reading, of the very object that the O_PATH descriptor holds; never waits for a lease or a fifo's other end.
// O_NOATIME where the caller may ask for it. Only for regular files and directories: opening a device can act on it.
Tried<Fd> reopen(int path_fd, int extra_flags);

// Of a name in a directory, whatever it is, and only as a place (O_PATH).
Fd place_entry(int directory, const char* name);

// The size that /proc, /sys and their like give is not that of their content.
bool is_size_meaningless(int fd);

class ContentReader {
public:
    // No folio of the page cache is larger (MAX_PAGECACHE_ORDER with pages of 4 KiB, Linux 6.18), and each lies at a multiple of its size.
    static constexpr std::size_t kBufferSize = 2 << 20;
    static constexpr std::uint64_t kPollEvery = LookOptions::kPollEvery;

    using KeepGoing = std::function<bool()>;
    using Consume = std::function<bool(std::string_view)>;  // false: has seen enough

    ContentReader() : buffer_(static_cast<char*>(::operator new(kBufferSize, kAlignment))) {}

    // Reads [begin, end) of `fd`. The answer is where reading stopped: short of `end` at the end of the file, or where the
    // consumer had enough. ECANCELED when keep_going said no. Blocks on file I/O.
    Tried<std::uint64_t> read(int fd, std::uint64_t begin, std::uint64_t end, const KeepGoing& keep_going, const Consume& consume);

private:
    // Of a page: where a copy's target lies a few bytes further in its page than the source, each load seems to depend on the store before it. That
    // took a twentieth of a full comparison.
    static constexpr std::align_val_t kAlignment{4096};
    struct Free {
        void operator()(char* buffer) const { ::operator delete(buffer, kAlignment); }
    };
    std::unique_ptr<char, Free> buffer_;
};

}  // namespace touchstone
