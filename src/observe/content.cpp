#include "content.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cached_ranges.hpp"

// Newer than the C library's headers: pages that this read brings in are dropped again, those that were there stay (6.14).
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080
#endif
#ifndef EFIVARFS_MAGIC
#define EFIVARFS_MAGIC 0xde5e81e4
#endif

namespace touchstone {
namespace {

constexpr std::size_t kPiece = 128 << 10;  // stays in a CPU's own cache between being copied and being hashed

// Reads on after signals, and leaves the page cache as it was: by RWF_DONTCACHE, and where that is refused by dropping what was not there before.
//
// RWF_DONTCACHE drops a folio that it brought in also when only a part of it was taken: of a file read ahead in folios larger than the reads, half came
// from the disk twice. So what is cached is read in pieces, and from the first that is not, all of a largest folio at once.
class GentleReader {
public:
    GentleReader(int fd, std::uint64_t begin, std::uint64_t end)
        : fd_(fd), end_(end), dropped_(begin), pieces_(end - begin > kPiece) {}
    ~GentleReader() { drop(end_); }
    GentleReader(const GentleReader&) = delete;
    GentleReader& operator=(const GentleReader&) = delete;

    ssize_t read(char* to, std::size_t size, std::uint64_t at) {
        while (true) {
            const auto length = read_with(flags(), to, pieces_ || before_ ? std::min(size, kPiece) : size, at);
            if (length >= 0) return length;
            if (errno == EINTR) continue;
            if (pieces_)
                pieces_ = false;
            else if (before_ || (errno != EOPNOTSUPP && errno != EINVAL))
                return length;
            else
                before_ = CachedRanges::of(fd_, dropped_, end_);
        }
    }

    // What was read up to `at` is not needed any more.
    void drop(std::uint64_t at) {
        if (before_ && at > dropped_) before_->drop_others(fd_, dropped_, at);
        dropped_ = at;
    }

private:
    int flags() const { return before_ ? 0 : pieces_ ? RWF_DONTCACHE | RWF_NOWAIT : RWF_DONTCACHE; }

    ssize_t read_with(int flags, char* to, std::size_t size, std::uint64_t at) const {
        const iovec part{to, size};
        return ::preadv2(fd_, &part, 1, static_cast<off_t>(at), flags);
    }

    const int fd_;
    const std::uint64_t end_;
    std::uint64_t dropped_;
    bool pieces_;  // until something is not cached
    std::optional<CachedRanges> before_;
};

void advise(int fd) {
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_NOREUSE);  // what was there counts as used no more often for our reading (6.3)
}

Tried<Fd> open_gently(int directory, const char* name, int extra_flags) {
    const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | extra_flags;
    Fd opened(::openat(directory, name, flags | O_NOATIME));
    if (!opened && errno == EPERM) opened.reset(::openat(directory, name, flags));
    // Somebody holds a write lease, and has now been asked to give it up: the file is still being written.
    if (!opened && errno == EAGAIN) return trouble("open", EBUSY);
    if (!opened) return trouble("open");
    return opened;
}

}  // namespace

Tried<Fd> reopen(int path_fd, int extra_flags) {
    const auto link = "/proc/self/fd/" + std::to_string(path_fd);
    return open_gently(AT_FDCWD, link.c_str(), extra_flags);
}

Fd open_entry(int directory, const char* name) {
    auto opened = open_gently(directory, name, O_NOFOLLOW);
    if (opened) return std::move(*opened);
    errno = opened.error().error;
    return Fd();
}

Fd place_entry(int directory, const char* name) { return Fd(::openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC)); }

bool is_size_meaningless(int fd) {
    static constexpr std::array<std::uint32_t, 10> kPseudo{PROC_SUPER_MAGIC,    SYSFS_MAGIC,         DEBUGFS_MAGIC, TRACEFS_MAGIC,
                                                           CGROUP_SUPER_MAGIC,  CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC,  SECURITYFS_MAGIC,
                                                           SELINUX_MAGIC,       EFIVARFS_MAGIC};
    struct statfs status {};
    if (::fstatfs(fd, &status) != 0) return false;
    return std::find(kPseudo.begin(), kPseudo.end(), static_cast<std::uint32_t>(status.f_type)) != kPseudo.end();
}

Tried<std::uint64_t> ContentReader::read(int fd, std::uint64_t begin, std::uint64_t end, const KeepGoing& keep_going,
                                         const Consume& consume) {
    if (end - begin > kPiece) advise(fd);
    GentleReader reader(fd, begin, end);
    std::uint64_t at = begin;
    std::uint64_t since_poll = 0;
    while (at < end) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, kBufferSize - at % kBufferSize));
        const auto length = reader.read(buffer_.get(), wanted, at);
        if (length < 0) return trouble("read");
        if (length == 0) break;
        const auto got = static_cast<std::size_t>(length);
        at += got;
        if (!consume(std::string_view(buffer_.get(), got))) break;
        since_poll += got;
        if (since_poll < kPollEvery) continue;
        since_poll = 0;
        reader.drop(at);
        if (keep_going && !keep_going()) return trouble("read", ECANCELED);
    }
    return at;
}

}  // namespace touchstone
