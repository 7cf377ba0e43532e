#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "privileges.hpp"
#include "touchstone/doctor.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

using Level = Diagnosis::Level;

Diagnosis capability(const cli::Capability& wanted, std::uint64_t held) {
    const std::string name(wanted.name);
    if (held >> wanted.number & 1) return {Level::ok, name, fmt::format("held: {}", wanted.purpose), ""};
    const bool needed = wanted.name == "CAP_SYS_ADMIN" || wanted.name == "CAP_DAC_READ_SEARCH";
    return {needed ? Level::fail : Level::warn, name, fmt::format("not held: without it, no {}", wanted.purpose),
            "run as root, or add it to CapabilityBoundingSet= and AmbientCapabilities= of the unit"};
}

// hidepid=1 or 2 hides the processes of others from all who lack CAP_SYS_PTRACE.
Diagnosis process_information(std::uint64_t held) {
    if (::access("/proc/1/status", R_OK) != 0)
        return {Level::warn, "/proc", "processes of other users cannot be seen: findings will not say who", "remount /proc without hidepid, or grant CAP_SYS_PTRACE"};
    char target[8];
    if (::readlink("/proc/1/exe", target, sizeof target) < 0 && errno != ENOENT)
        return {Level::warn, "/proc", "executables of other users' processes cannot be read: findings name them by command name only",
                held >> CAP_SYS_PTRACE & 1 ? "CAP_SYS_PTRACE is held, so look at what else confines this: a container, or a security module" : "grant CAP_SYS_PTRACE"};
    return {Level::ok, "/proc", "processes of all users can be named", ""};
}

Diagnosis access_times() {
    const Fd fd(::open("/etc/passwd", O_RDONLY | O_NOATIME | O_CLOEXEC));
    if (fd) return {Level::ok, "O_NOATIME", "reading does not change access times", ""};
    return {Level::warn, "O_NOATIME", "reading files of other users changes their access time", "grant CAP_FOWNER, or mount with noatime"};
}

}  // namespace

std::vector<Diagnosis> examine_privileges() {
    std::vector<Diagnosis> out;
    const std::uint64_t held = cli::effective_capabilities();
    for (const auto& wanted : cli::wanted_capabilities()) out.push_back(capability(wanted, held));
    out.push_back(process_information(held));
    out.push_back(access_times());
    return out;
}

}  // namespace touchstone
