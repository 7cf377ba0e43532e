#include "content.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>

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

ContentStream::ContentStream(const ContentBuffer& buffer, int fd, std::uint64_t begin, std::uint64_t end, const KeepGoing& keep_going)
    : buffer_(buffer), fd_(fd), end_(end), keep_going_(keep_going), at_(begin), dropped_(begin), pieces_(end - begin > kPiece) {
    if (pieces_) advise(fd);
}

Tried<std::string_view> ContentStream::next() {
    if (at_ - dropped_ >= kPollEvery) {
        drop(at_);
        if (keep_going_ && !keep_going_()) return trouble("read", ECANCELED);
    }
    const auto length = read(static_cast<std::size_t>(std::min<std::uint64_t>(end_ - at_, ContentBuffer::kSize - at_ % ContentBuffer::kSize)));
    if (length < 0) return trouble("read");
    at_ += static_cast<std::uint64_t>(length);
    return std::string_view(buffer_.get(), static_cast<std::size_t>(length));
}

int ContentStream::flags() const { return before_ ? 0 : pieces_ ? RWF_DONTCACHE | RWF_NOWAIT : RWF_DONTCACHE; }

ssize_t ContentStream::read(std::size_t size) {
    if (size == 0) return 0;
    while (true) {
        const iovec part{buffer_.get(), pieces_ || before_ ? std::min(size, kPiece) : size};
        const auto length = ::preadv2(fd_, &part, 1, static_cast<off_t>(at_), flags());
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

void ContentStream::drop(std::uint64_t end) {
    if (before_ && end > dropped_) before_->drop_others(fd_, dropped_, end);
    dropped_ = end;
}

Tried<std::uint64_t> ContentReader::read(int fd, std::uint64_t begin, std::uint64_t end, const KeepGoing& keep_going,
                                         const Consume& consume) {
    ContentStream stream(buffer_, fd, begin, end, keep_going);
    while (true) {
        const auto bytes = stream.next();
        if (!bytes) return tl::unexpected(bytes.error());
        if (bytes->empty() || !consume(*bytes)) return stream.position();
    }
}

}  // namespace touchstone
