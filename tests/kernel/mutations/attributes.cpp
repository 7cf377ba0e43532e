// Everything about an object besides its content and its names.
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include <array>
#include <cstring>

#include "mutation.hpp"

namespace touchstone::test {
namespace {

constexpr timespec kTimes[2] = {{1000, 5}, {2000, 7}};

void set_xattr(const std::string& path, const char* name, const std::string& value) {
    must(::setxattr(path.c_str(), name, value.data(), value.size(), 0) == 0, name);
}

// As setfacl -m u:65534:r makes it: version 2; owner, a user, group, mask, others.
std::string acl() {
    struct Entry {
        std::uint16_t tag, permissions;
        std::uint32_t id;
    };
    constexpr std::uint32_t version = 2, nobody = 0xffffffff;
    constexpr std::array<Entry, 5> entries{{{1, 6, nobody}, {2, 4, 65534}, {4, 4, nobody}, {16, 4, nobody}, {32, 4, nobody}}};
    std::string bytes(sizeof version + sizeof entries, '\0');
    std::memcpy(bytes.data(), &version, sizeof version);
    std::memcpy(bytes.data() + sizeof version, entries.data(), sizeof entries);
    return bytes;
}

// cap_net_raw=ep, as setcap stores it.
std::string capability() {
    constexpr std::array<std::uint32_t, 5> words{0x02000001, 1u << 13, 0, 0, 0};
    return {reinterpret_cast<const char*>(words.data()), sizeof words};
}

void flip_flag(const std::string& path, int flag) {
    const Fd fd = open_at(path, O_RDONLY);
    int flags = 0;
    must(::ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) == 0, "FS_IOC_GETFLAGS");
    flags ^= flag;
    must(::ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) == 0, "FS_IOC_SETFLAGS");
}

void set_extended_flags(const std::string& path, std::uint32_t flags, std::uint32_t project) {
    const Fd fd = open_at(path, O_RDONLY);
    fsxattr attributes{};
    must(::ioctl(fd.get(), FS_IOC_FSGETXATTR, &attributes) == 0, "FS_IOC_FSGETXATTR");
    attributes.fsx_xflags ^= flags;
    attributes.fsx_projid = project;
    if (::ioctl(fd.get(), FS_IOC_FSSETXATTR, &attributes) != 0 && errno == EINVAL) errno = EOPNOTSUPP;  // no project ids here
    must(errno != EOPNOTSUPP, "FS_IOC_FSSETXATTR");
}

// file_setattr(2), since 6.17.
void set_by_path(const std::string& path) {
    struct {
        std::uint64_t xflags;
        std::uint32_t extsize, nextents, projid, cowextsize;
    } attributes{FS_XFLAG_NODUMP, 0, 0, 0, 0};
    constexpr long kFileSetattr = 469;
    must(::syscall(kFileSetattr, AT_FDCWD, path.c_str(), &attributes, sizeof attributes, 0) == 0, "file_setattr");
}

void set_xattr_at(const std::string& path) {
    struct {
        std::uint64_t value;
        std::uint32_t size, flags;
    } arguments{reinterpret_cast<std::uint64_t>("v"), 1, 0};
    constexpr long kSetxattrat = 463;  // since 6.13
    must(::syscall(kSetxattrat, AT_FDCWD, path.c_str(), 0, "user.at", &arguments, sizeof arguments) == 0, "setxattrat");
}

void enable_verity(const std::string& path) {
    const Fd fd = open_at(path, O_RDONLY);
    fsverity_enable_arg arguments{};
    arguments.version = 1;
    arguments.hash_algorithm = FS_VERITY_HASH_ALG_SHA256;
    arguments.block_size = 4096;
    must(::ioctl(fd.get(), FS_IOC_ENABLE_VERITY, &arguments) == 0, "FS_IOC_ENABLE_VERITY");
}

}  // namespace

std::vector<Mutation> attribute_mutations() {
    constexpr auto attributes = Group::attributes;
    constexpr auto file = Told::file, tree = Told::tree;
    std::vector<Mutation> all{
        {"chmod", attributes, file, [](Scene& s) { must(::chmod(s.file().c_str(), 0600) == 0, "chmod"); }},
        {"chmod to the same mode", attributes, file, [](Scene& s) { must(::chmod(s.file().c_str(), 0644) == 0, "chmod"); }},
        {"chmod to setuid", attributes, file, [](Scene& s) { must(::chmod(s.file().c_str(), 04755) == 0, "chmod"); }},
        {"fchmod", attributes, file, [](Scene& s) { must(::fchmod(open_at(s.file(), O_RDONLY).get(), 0600) == 0, "fchmod"); }},
        {"fchmodat2", attributes, file,
         [](Scene& s) {
             constexpr long kFchmodat2 = 452;  // since 6.6
             must(::syscall(kFchmodat2, AT_FDCWD, s.file().c_str(), 0600, AT_SYMLINK_NOFOLLOW) == 0, "fchmodat2");
         }},
        {"chmod through /proc/self/fd", attributes, file,
         [](Scene& s) {
             const Fd fd = open_at(s.file(), O_PATH);
             must(::chmod(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), 0600) == 0, "chmod");
         }},
        {"chown", attributes, file, [](Scene& s) { must(::chown(s.file().c_str(), 1, 1) == 0, "chown"); }},
        {"fchown", attributes, file, [](Scene& s) { must(::fchown(open_at(s.file(), O_RDONLY).get(), 1, 1) == 0, "fchown"); }},
        {"fchownat with AT_EMPTY_PATH", attributes, file,
         [](Scene& s) { must(::fchownat(open_at(s.file(), O_PATH).get(), "", 1, 1, AT_EMPTY_PATH) == 0, "fchownat"); }},
        {"chgrp", attributes, file, [](Scene& s) { must(::chown(s.file().c_str(), static_cast<uid_t>(-1), 7) == 0, "chown"); }},
        {"a write that takes the setuid bit", attributes, file,
         [](Scene& s) {
             must(::setgid(65534) == 0 && ::setuid(65534) == 0, "setuid");
             append_to(s.file());
         },
         [](Scene& s) { must(::chmod(s.file().c_str(), 04777) == 0, "chmod"); }},
        {"utimensat", attributes, file, [](Scene& s) { must(::utimensat(AT_FDCWD, s.file().c_str(), kTimes, 0) == 0, "utimensat"); }},
        {"utimensat, the access time only", attributes, file,
         [](Scene& s) {
             constexpr timespec times[2] = {{1000, 5}, {0, UTIME_OMIT}};
             must(::utimensat(AT_FDCWD, s.file().c_str(), times, 0) == 0, "utimensat");
         }},
        {"futimens to now", attributes, file, [](Scene& s) { must(::futimens(open_at(s.file(), O_WRONLY).get(), nullptr) == 0, "futimens"); }},
        {"utimes", attributes, file,
         [](Scene& s) {
             constexpr timeval times[2] = {{1000, 5}, {2000, 7}};
             must(::utimes(s.file().c_str(), times) == 0, "utimes");
         }},
        {"utime", attributes, file,
         [](Scene& s) {
             constexpr utimbuf times{1000, 2000};
             must(::utime(s.file().c_str(), &times) == 0, "utime");
         }},
        {"setxattr", attributes, file, [](Scene& s) { set_xattr(s.file(), "user.a", "value"); }},
        {"setxattr, replacing", attributes, file, [](Scene& s) { set_xattr(s.file(), "user.a", "other"); }, [](Scene& s) { set_xattr(s.file(), "user.a", "value"); }},
        {"fsetxattr", attributes, file,
         [](Scene& s) { must(::fsetxattr(open_at(s.file(), O_RDONLY).get(), "user.a", "v", 1, 0) == 0, "fsetxattr"); }},
        {"lsetxattr", attributes, file, [](Scene& s) { must(::lsetxattr(s.file().c_str(), "user.a", "v", 1, 0) == 0, "lsetxattr"); }},
        {"setxattrat", attributes, file, [](Scene& s) { set_xattr_at(s.file()); }},
        {"setxattr, trusted", attributes, file, [](Scene& s) { set_xattr(s.file(), "trusted.a", "value"); }},
        {"setxattr, security", attributes, file, [](Scene& s) { set_xattr(s.file(), "security.touchstone", "value"); }},
        {"removexattr", attributes, file, [](Scene& s) { must(::removexattr(s.file().c_str(), "user.a") == 0, "removexattr"); },
         [](Scene& s) { set_xattr(s.file(), "user.a", "value"); }},
        {"fremovexattr", attributes, file, [](Scene& s) { must(::fremovexattr(open_at(s.file(), O_RDONLY).get(), "user.a") == 0, "fremovexattr"); },
         [](Scene& s) { set_xattr(s.file(), "user.a", "value"); }},
        {"a capability", attributes, file, [](Scene& s) { set_xattr(s.file(), "security.capability", capability()); }},
        {"a capability, removed", attributes, file, [](Scene& s) { must(::removexattr(s.file().c_str(), "security.capability") == 0, "removexattr"); },
         [](Scene& s) { set_xattr(s.file(), "security.capability", capability()); }},
        {"a write that takes the capability", attributes, file, [](Scene& s) { append_to(s.file()); },
         [](Scene& s) { set_xattr(s.file(), "security.capability", capability()); }},
        {"an ACL", attributes, file, [](Scene& s) { set_xattr(s.file(), "system.posix_acl_access", acl()); }},
        {"an ACL, removed", attributes, file,
         [](Scene& s) { must(::removexattr(s.file().c_str(), "system.posix_acl_access") == 0, "removexattr"); },
         [](Scene& s) { set_xattr(s.file(), "system.posix_acl_access", acl()); }},
        {"a default ACL of the directory", attributes, tree, [](Scene& s) { set_xattr(s.tree(), "system.posix_acl_default", acl()); }},
        {"an inode flag", attributes, file, [](Scene& s) { flip_flag(s.file(), FS_NODUMP_FL); }},
        {"the immutable flag", attributes, file, [](Scene& s) { flip_flag(s.file(), FS_IMMUTABLE_FL); }, [](Scene& s) {
             s.undo.push_back([path = s.file()] { flip_flag(path, FS_IMMUTABLE_FL); });
         }},
        {"an inode flag by FSSETXATTR", attributes, file, [](Scene& s) { set_extended_flags(s.file(), FS_XFLAG_NODUMP, 0); }},
        {"a project id", attributes, file, [](Scene& s) { set_extended_flags(s.file(), 0, 4711); }},
        {"file_setattr", attributes, file, [](Scene& s) { set_by_path(s.file()); }},
        {"fs-verity", attributes, file, [](Scene& s) { enable_verity(s.file()); }},
        {"chmod of the directory", attributes, tree, [](Scene& s) { must(::chmod(s.tree().c_str(), 0700) == 0, "chmod"); }},
        {"chown of the directory", attributes, tree, [](Scene& s) { must(::chown(s.tree().c_str(), 1, 1) == 0, "chown"); }},
        {"times of the directory", attributes, tree, [](Scene& s) { must(::utimensat(AT_FDCWD, s.tree().c_str(), kTimes, 0) == 0, "utimensat"); }},
        {"setxattr of the directory", attributes, tree, [](Scene& s) { set_xattr(s.tree(), "user.a", "value"); }},
        {"an inode flag of the directory", attributes, tree, [](Scene& s) { flip_flag(s.tree(), FS_NODUMP_FL); }},
    };
    explain(all, {"fanotify", "missed", "fanotify has no event for inode flags and project ids: found by comparing"},
            {"an inode flag", "the immutable flag", "an inode flag by FSSETXATTR", "a project id", "file_setattr", "an inode flag of the directory"});
    explain(all, {"fanotify", "missed", "an access time is no change to fanotify, and it is not judged"}, {"utimensat, the access time only"});
    for (const char* tier : {"timestamps", "fentry"})
        explain(all, {tier, "missed", "nothing that is judged has changed; that somebody set the times is told when fanotify's word comes within 20 ms of the probe's, which on a slow machine it may not"},
                {"times of the directory"});
    return all;
}

}  // namespace touchstone::test
