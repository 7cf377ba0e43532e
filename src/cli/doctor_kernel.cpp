#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>

#include "doctor_probe.hpp"
#include "text.hpp"
#include "touchstone/doctor.hpp"

namespace touchstone {
namespace {

using cli::group_with;
using Level = Diagnosis::Level;

constexpr const char* kNewerKernel = "use Linux 5.17 or newer (Debian 12 has 6.1)";

Diagnosis kernel_version() {
    utsname name{};
    ::uname(&name);
    int major = 0, minor = 0;
    const bool parsed = std::sscanf(name.release, "%d.%d", &major, &minor) == 2;
    const bool enough = parsed && (major > 5 || (major == 5 && minor >= 17));
    const std::string said = fmt::format("{} {} on {}", name.sysname, name.release, name.machine);
    if (enough) return {Level::ok, "kernel", said, ""};
    return {Level::fail, "kernel", said + ": fanotify cannot name what a rename moved before 5.17", kNewerKernel};
}

Diagnosis fanotify_group() {
    if (cli::watch_group()) return {Level::ok, "fanotify", "gives the kernel's word with names, handles and processes", ""};
    const int error = errno;
    if (error == EPERM)
        return {Level::fail, "fanotify", "refused: it takes CAP_SYS_ADMIN", "run `touchstone doctor` and the watch as root, or with CAP_SYS_ADMIN"};
    if (error == ENOSYS) return {Level::fail, "fanotify", "this kernel has none", "use a kernel with CONFIG_FANOTIFY=y"};
    if (error == EMFILE)
        return {Level::fail, "fanotify", "too many groups are open", "raise /proc/sys/fs/fanotify/max_user_groups, or look for a leaking program"};
    return {Level::fail, "fanotify", system_error("refused").what, kNewerKernel};
}

// Flags are tried one by one only to say which is missing; unprivileged groups may have these too, except the pidfd.
Diagnosis fanotify_flag(const char* name, unsigned flags, const char* meaning, const char* without) {
    if (group_with(FAN_CLASS_NOTIF | FAN_CLOEXEC | flags)) return {Level::ok, name, meaning, ""};
    if (errno == EPERM) return {Level::warn, name, "cannot be tried without CAP_SYS_ADMIN", "run `touchstone doctor` as root"};
    return {Level::fail, name, without, kNewerKernel};
}

Diagnosis rename_event() {
    if (cli::has_rename_event()) return {Level::ok, "FAN_RENAME", "a rename is one event with both names", ""};
    return {Level::fail, "FAN_RENAME", "a rename cannot be told from a removal and a creation", kNewerKernel};
}

Diagnosis queue() {
    const std::string limit = cli::first_line("/proc/sys/fs/fanotify/max_queued_events");
    if (limit.empty()) return {Level::warn, "kernel queue", "its default limit cannot be read", ""};
    return {Level::ok, "kernel queue", "unlimited for the watch (others get " + limit + " events); the unit's memory limit bounds it", ""};
}

Diagnosis safe_open() {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS;
    const Fd fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how)));
    if (fd) return {Level::ok, "openat2", "paths are opened without following symbolic links", ""};
    return {Level::fail, "openat2", system_error("refused").what, "use Linux 5.6 or newer, and a system call filter that allows openat2"};
}

// As systemctl(1) enables it.
bool is_compared_regularly() {
    return ::faccessat(AT_FDCWD, "/etc/systemd/system/timers.target.wants/touchstone-check.timer", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

std::vector<Diagnosis> examine_kernel() {
    return {kernel_version(),
            fanotify_group(),
            fanotify_flag("FAN_REPORT_TARGET_FID", FAN_REPORT_DFID_NAME | FAN_REPORT_FID | FAN_REPORT_TARGET_FID, "events name the object as well as its directory",
                          "events do not name the object"),
            fanotify_flag("FAN_REPORT_PIDFD", FAN_REPORT_PIDFD, "processes are named without mistaking one for another",
                          "a process may be mistaken for a later one with its number"),
            rename_event(),
            queue(),
            safe_open()};
}

std::vector<Diagnosis> examine_limits_of_sight(Nanoseconds period) {
    constexpr const char* kSubject = "raw devices";
    const std::string untold = "writes to a block device below a mounted file system make no event for the files on it: they are found by ";
    if (period > Nanoseconds{}) return {{Level::ok, kSubject, untold + "the verification in the background, within [verify] period", ""}};
    if (is_compared_regularly()) return {{Level::ok, kSubject, untold + "the next full comparison, for which touchstone-check.timer is enabled", ""}};
    return {{Level::warn, kSubject, untold + "the next full comparison",
             "set [verify] period, or run `touchstone check` regularly: systemctl enable --now touchstone-check.timer"}};
}

}  // namespace touchstone
