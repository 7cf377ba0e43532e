#include "sweep_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kLongestCall = 4000;  // bytes of a path given to one call; PATH_MAX is 4096
constexpr std::size_t kListBuffer = 64 * 1024;
constexpr std::size_t kKeptCapacity = 4u << 20;  // what one huge directory needed beyond this is given back

// What getdents64(2) fills in, up to the name.
struct DirectoryRecord {
    std::uint64_t inode;
    std::int64_t next;
    std::uint16_t length;
    std::uint8_t type;
};
constexpr std::size_t kNameOffset = offsetof(DirectoryRecord, type) + 1;

int open_from(int directory, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
    how.resolve = RESOLVE_NO_SYMLINKS;
    for (;;) {
        const long fd = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
        if (fd >= 0 || (errno != EINTR && errno != EAGAIN)) return static_cast<int>(fd);
    }
}

// A path that is too long for one call is walked in pieces; `rest` is what is left for the last one.
Fd walk_pieces(const std::string& path, std::string& rest, int& from) {
    Fd at;
    rest = path;
    while (rest.size() > kLongestCall) {
        const auto slash = rest.rfind('/', kLongestCall);
        if (slash == std::string::npos || slash == 0) {
            errno = ENAMETOOLONG;
            from = -1;
            return Fd();
        }
        at = Fd(open_from(from, rest.substr(0, slash), O_PATH | O_DIRECTORY));
        from = at.get();
        if (!at) return Fd();
        rest.erase(0, slash + 1);
    }
    return at;
}

Fd open_path(int from, const std::string& path, int flags) {
    std::string rest;
    const Fd at = walk_pieces(path, rest, from);
    if (from == -1) return Fd();
    return Fd(open_from(from, rest, flags));
}

std::uint64_t head_of(std::string_view name) {
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i) head = head << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0u);
    return head;
}

}  // namespace

int see(int directory, const char* name, bool cached, Seen& seen) {
    auto& st = seen.status;
    constexpr unsigned kWanted = STATX_BASIC_STATS | STATX_MNT_ID;
    const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | (cached ? AT_STATX_DONT_SYNC : AT_STATX_SYNC_AS_STAT);
    while (::statx(directory, name, flags, kWanted, &st) != 0)
        if (errno != EINTR) return errno;
    seen.type = file_type_of(st.stx_mode);
    seen.id = {makedev(st.stx_dev_major, st.stx_dev_minor), st.stx_ino};
    seen.size = st.stx_size;
    seen.link_count = st.stx_nlink;
    seen.ctime = WallTime{std::chrono::seconds(st.stx_ctime.tv_sec) + Nanoseconds(st.stx_ctime.tv_nsec)};
    seen.mount = (st.stx_mask & STATX_MNT_ID) != 0 ? static_cast<int>(st.stx_mnt_id) : 0;
    return 0;
}

Fd open_directory(const std::string& path, int from) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
    Fd fd = open_path(from, path, kFlags | O_NOATIME);
    if (!fd && errno == EPERM) fd = open_path(from, path, kFlags);  // O_NOATIME is for owners
    return fd;
}

Fd open_place(const std::string& path, int from) { return open_path(from, path, O_PATH | O_DIRECTORY); }

Fd open_parent(const std::string& path) { return open_place(path == "/" ? path : std::string(split_path(path).directory)); }

bool is_behind_link(const std::string& path) {
    struct statx st {};
    return ::statx(AT_FDCWD, path.c_str(), AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0;
}

bool Listing::add(std::string_view name, bool regular) {
    if (names_.size() + name.size() >= std::numeric_limits<std::uint32_t>::max()) return false;
    entries_.push_back({head_of(name), static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name.size()) & 0x7fffffffu, regular});
    names_.append(name);
    names_.push_back('\0');
    return true;
}

void Listing::sort() {
    std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
        if (a.head != b.head) return a.head < b.head;
        return std::string_view(names_.data() + a.offset, a.length) < std::string_view(names_.data() + b.offset, b.length);
    });
}

void Listing::clear() {
    names_.clear();
    entries_.clear();
    if (names_.capacity() > kKeptCapacity) names_.shrink_to_fit();
    if (entries_.capacity() * sizeof(Entry) > kKeptCapacity) entries_.shrink_to_fit();
}

int Listing::read(int directory) {
    clear();
    buffer_.resize(kListBuffer);
    int error = 0;
    for (;;) {
        const long got = ::syscall(SYS_getdents64, directory, buffer_.data(), buffer_.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) error = errno;
        if (got <= 0) break;
        const auto filled = static_cast<std::size_t>(got);
        for (std::size_t at = 0; at + kNameOffset < filled;) {
            std::uint16_t length = 0;
            std::memcpy(&length, buffer_.data() + at + offsetof(DirectoryRecord, length), sizeof length);
            if (length <= kNameOffset || at + length > filled) return EBADMSG;
            const bool regular = static_cast<unsigned char>(buffer_[at + offsetof(DirectoryRecord, type)]) == DT_REG;
            const char* text = buffer_.data() + at + kNameOffset;
            const std::string_view name(text, ::strnlen(text, length - kNameOffset));
            at += length;
            if (name.empty() || name == "." || name == "..") continue;
            // A damaged file system may hand out anything; a slash would lead elsewhere.
            if (name.find('/') != std::string_view::npos) error = EBADMSG;
            else if (!add(name, regular)) return EFBIG;
        }
    }
    sort();
    return error;
}

}  // namespace touchstone
