#include "fanotify_group.hpp"

#include <fcntl.h>
#include <linux/fanotify.h>
#include <sys/fanotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include <fmt/format.h>

namespace touchstone {
namespace {

constexpr unsigned kReport = FAN_REPORT_DFID_NAME | FAN_REPORT_FID | FAN_REPORT_TARGET_FID | FAN_REPORT_PIDFD;
constexpr std::uint64_t kNames = FAN_CREATE | FAN_DELETE | FAN_RENAME;
constexpr std::uint64_t kContent = FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB;
constexpr std::uint64_t kWrites = FAN_MODIFY;
constexpr std::uint64_t kEverything = kNames | kContent | FAN_ONDIR;
constexpr unsigned kIgnore = FAN_MARK_IGNORE | FAN_MARK_IGNORED_SURV_MODIFY;

int mark(int group, unsigned flags, std::uint64_t mask, int directory_fd, const char* path) {
    return ::fanotify_mark(group, flags, mask, directory_fd, path) == 0 ? 0 : errno;
}

std::string by_descriptor(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

std::uint64_t ignore_mask(bool directory) {
    return directory ? kContent | kNames | FAN_ONDIR | FAN_EVENT_ON_CHILD : FAN_MODIFY | FAN_CLOSE_WRITE;
}

}  // namespace

Result<FanotifyGroup> FanotifyGroup::make(bool limited_queue) {
    const unsigned flags =
        FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_MARKS | (limited_queue ? 0u : FAN_UNLIMITED_QUEUE) | kReport;
    Fd fd(::fanotify_init(flags, O_RDONLY | O_CLOEXEC | O_LARGEFILE));
    if (fd) return FanotifyGroup(std::move(fd));
    if (errno == EPERM) return fail({"fanotify_init: CAP_SYS_ADMIN is missing", ErrorKind::no_permission, EPERM});
    return fail(system_error("fanotify_init"));
}

int FanotifyGroup::mark_file_system(const char* path) const {
    return mark(fd(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, kEverything, AT_FDCWD, path);
}

int FanotifyGroup::unmark_file_system(const char* path) const {
    return mark(fd(), FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, kEverything, AT_FDCWD, path);
}

int FanotifyGroup::mark_directory(int directory_fd, bool writes) const {
    const std::uint64_t events = FAN_EVENT_ON_CHILD | (writes ? kEverything : kEverything & ~kWrites);
    return mark(fd(), FAN_MARK_ADD | FAN_MARK_ONLYDIR, events, directory_fd, ".");
}

int FanotifyGroup::mark_object(int fd, bool writes) const {
    return mark(fd_.get(), FAN_MARK_ADD, writes ? kContent : kContent & ~kWrites, AT_FDCWD, by_descriptor(fd).c_str());
}

int FanotifyGroup::ignore_object(int fd, bool directory) const {
    return mark(fd_.get(), FAN_MARK_ADD | kIgnore, ignore_mask(directory), AT_FDCWD, by_descriptor(fd).c_str());
}

int FanotifyGroup::hear_object(int fd, bool directory) const {
    return mark(fd_.get(), FAN_MARK_REMOVE | kIgnore, ignore_mask(directory), AT_FDCWD, by_descriptor(fd).c_str());
}

std::ptrdiff_t FanotifyGroup::read(char* buffer, std::size_t size) const {
    for (;;) {
        const auto got = ::read(fd(), buffer, size);
        if (got >= 0) return got;
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) return -1;
    }
}

std::string mark_refusal(int error) {
    switch (error) {
        case EXDEV:
            return "a subvolume, whose file system id is not that of the whole";
        case EOPNOTSUPP:
            return "its file handles cannot be opened";
        case ENODEV:
            return "it has no file system id";
        case EINVAL:
            return "this kernel does not offer it there";
        case ENOSPC:
            return "the limit of marks is reached (fs.fanotify.max_user_marks)";
        default:
            return std::strerror(error);
    }
}

std::uint64_t fsid_of(int fd) {
    struct statfs status {};
    std::uint64_t fsid = 0;
    if (::fstatfs(fd, &status) != 0) return 0;
    static_assert(sizeof status.f_fsid == sizeof fsid);
    std::memcpy(&fsid, &status.f_fsid, sizeof fsid);
    return fsid;
}

}  // namespace touchstone
