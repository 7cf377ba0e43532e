// Reads a file's bytes in order, without displacing what others have in the page cache.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "cached_ranges.hpp"
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

// Of a page: where a copy's target lies a few bytes further in its page than the source, each load seems to depend on the store before it. That
// took a twentieth of a full comparison.
class ContentBuffer {
public:
    // No folio of the page cache is larger (MAX_PAGECACHE_ORDER with pages of 4 KiB, Linux 6.18), and each lies at a multiple of its size.
    static constexpr std::size_t kSize = 2 << 20;

    ContentBuffer() : bytes_(static_cast<char*>(::operator new(kSize, kAlignment))) {}
    char* get() const { return bytes_.get(); }

private:
    static constexpr std::align_val_t kAlignment{4096};
    struct Free {
        void operator()(char* bytes) const { ::operator delete(bytes, kAlignment); }
    };
    std::unique_ptr<char, Free> bytes_;
};

// Reads [begin, end) of `fd`, a piece at a time, on after signals. The page cache is left as it was: by RWF_DONTCACHE, and where that is refused by dropping
// what was not there before. Descriptor and buffer must outlive it, and the buffer is nobody else's meanwhile.
//
// RWF_DONTCACHE drops a folio that it brought in also when only a part of it was taken: of a file read ahead in folios larger than the reads, half came
// from the disk twice. So what is cached is read in pieces, and from the first that is not, all of a largest folio at once.
class ContentStream {
public:
    using KeepGoing = std::function<bool()>;
    static constexpr std::uint64_t kPollEvery = LookOptions::kPollEvery;

    // `keep_going`, which may be empty and must outlive it, too, is asked whenever kPollEvery bytes were read.
    ContentStream(const ContentBuffer& buffer, int fd, std::uint64_t begin, std::uint64_t end, const KeepGoing& keep_going);
    ~ContentStream() { drop(end_); }  // what was read ahead as well
    ContentStream(const ContentStream&) = delete;
    ContentStream& operator=(const ContentStream&) = delete;

    // What comes next, there until the next call; empty at `end`, or where the file ends. ECANCELED when keep_going said no. Blocks on file I/O.
    Tried<std::string_view> next();
    std::uint64_t position() const { return at_; }  // after what was given last

private:
    ssize_t read(std::size_t size);
    int flags() const;
    void drop(std::uint64_t end);

    const ContentBuffer& buffer_;
    const int fd_;
    const std::uint64_t end_;
    const KeepGoing& keep_going_;
    std::uint64_t at_;
    std::uint64_t dropped_;  // what is before it is not needed any more
    bool pieces_;            // until something is not cached
    std::optional<CachedRanges> before_;
};

class ContentReader {
public:
    using KeepGoing = ContentStream::KeepGoing;
    using Consume = std::function<bool(std::string_view)>;  // false: has seen enough

    // Reads [begin, end) of `fd`. The answer is where reading stopped: short of `end` at the end of the file, or where the
    // consumer had enough. Errors as ContentStream::next().
    Tried<std::uint64_t> read(int fd, std::uint64_t begin, std::uint64_t end, const KeepGoing& keep_going, const Consume& consume);

private:
    ContentBuffer buffer_;
};

}  // namespace touchstone
