#include "doctor_probe.hpp"

#include <fcntl.h>
#include <sys/fanotify.h>

#include <cerrno>
#include <cstdint>
#include <fstream>

namespace touchstone::cli {
namespace {

constexpr unsigned kNames = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME | FAN_REPORT_FID | FAN_REPORT_TARGET_FID;
constexpr unsigned kWatch = kNames | FAN_REPORT_PIDFD | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS;
constexpr std::uint64_t kEvents = FAN_CREATE | FAN_DELETE | FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_ONDIR;

int try_mark(unsigned kind, std::uint64_t events, const std::string& path) {
    const Fd group = watch_group();
    if (!group) return errno;
    return ::fanotify_mark(group.get(), FAN_MARK_ADD | kind, events, AT_FDCWD, path.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Fd group_with(unsigned flags) { return Fd(::fanotify_init(flags, O_RDONLY | O_CLOEXEC | O_LARGEFILE)); }
Fd watch_group() { return group_with(kWatch); }

int try_filesystem_mark(const std::string& path) { return try_mark(FAN_MARK_FILESYSTEM, kEvents | FAN_RENAME, path); }
int try_directory_mark(const std::string& path) { return try_mark(FAN_MARK_ONLYDIR, kEvents | FAN_RENAME | FAN_EVENT_ON_CHILD, path); }

// An unprivileged group may hold a directory mark, so this tells without privileges too.
bool has_rename_event() {
    const Fd group = group_with(kNames);
    return group && ::fanotify_mark(group.get(), FAN_MARK_ADD | FAN_MARK_ONLYDIR, FAN_RENAME | FAN_ONDIR, AT_FDCWD, "/") == 0;
}

std::string first_line(const char* file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace touchstone::cli
