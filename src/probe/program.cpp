#include "program.hpp"

namespace touchstone {
namespace {

constexpr unsigned bit(ProbeTier tier) { return 1u << static_cast<unsigned>(tier); }
constexpr unsigned kTimestamps = bit(ProbeTier::timestamps), kLsm = bit(ProbeTier::lsm), kFentry = bit(ProbeTier::fentry);
constexpr unsigned kOlder = kLsm | kFentry, kEvery = kTimestamps | kOlder;

constexpr Program kPrograms[] = {
    {"ts_on_fork", "tp_btf/sched_process_fork", kEvery, {2, 1, "task_struct"}, "processes that begin", "", false},
    {"ts_on_exec", "tp_btf/sched_process_exec", kEvery, {3, 2, "linux_binprm"}, "programs that are run, with arguments and user", "", false},
    {"ts_on_exit", "tp_btf/sched_process_exit", kEvery, {1, 0, "task_struct"}, "processes that end", "", false},

    {"ts_on_ctime", "tp_btf/ctime_ns_xchg", kTimestamps, {1, 0, "inode"}, "every change of an inode: writes, mappings, attributes, names", "", true},
    {"ts_on_ctime_skip", "tp_btf/ctime_xchg_skip", kTimestamps, {1, 0, "inode"}, "changes within one clock tick of the last", "", false},
    {"ts_on_ctime_set", "tp_btf/inode_set_ctime_to_ts", kTimestamps, {1, 0, "inode"}, "change times that are set as they are given", "", false},

    {"ts_on_permission", "lsm/file_permission", kLsm, {2, 0, "file"}, "writes, whatever the system call", "ts_on_write", true},
    {"ts_on_write", "fentry/security_file_permission", kFentry, {2, 0, "file"}, "writes, whatever the system call", "ts_on_permission", true},
    {"ts_on_modified", "fentry/file_modified", kOlder, {1, 0, "file"}, "writes by the kernel itself: loop devices, process accounting", "ts_on_kiocb_modified", false},
    {"ts_on_kiocb_modified", "fentry/kiocb_modified", kOlder, {1, 0, "kiocb"}, "writes by the kernel itself, where the file system asks so", "ts_on_modified", false},
    {"ts_on_mapping", "fentry/file_update_time", kOlder, {1, 0, "file"}, "stores through shared mappings", "", false},
    {"ts_on_attributes", "fexit/notify_change", kOlder, {4, 1, "dentry"}, "mode, owner, size and times", "", false},
    {"ts_on_setxattr", "fexit/__vfs_setxattr_noperm", kOlder, {6, 1, "dentry"}, "extended attributes that are set", "", false},
    {"ts_on_removexattr", "fexit/__vfs_removexattr_locked", kOlder, {4, 1, "dentry"}, "extended attributes that are removed", "", false},
    {"ts_on_set_acl", "fexit/vfs_set_acl", kOlder, {4, 1, "dentry"}, "ACLs that are set", "ts_on_inode_acl", false},
    {"ts_on_remove_acl", "fexit/vfs_remove_acl", kOlder, {3, 1, "dentry"}, "ACLs that are removed", "ts_on_inode_acl", false},
    {"ts_on_inode_acl", "fexit/set_posix_acl", kOlder, {4, 1, "inode"}, "ACLs before 6.2", "ts_on_set_acl", false},
    {"ts_on_flags", "fexit/vfs_fileattr_set", kOlder, {3, 1, "dentry"}, "inode flags and project ids", "", false},
    {"ts_on_verity", "fexit/fsverity_ioctl_enable", kOlder, {2, 0, "file"}, "fs-verity that is switched on", "", false},
    {"ts_on_link", "fexit/vfs_link", kOlder, {5, 3, "dentry"}, "names that are added to a file, wherever", "", false},
    {"ts_on_delete", "fentry/d_delete", kOlder, {1, 0, "dentry"}, "names that are removed, wherever", "", false},
    {"ts_on_rename", "fexit/vfs_rename", kOlder, {1, 0, "renamedata"}, "names that are moved or replaced, wherever", "", false},
};

}  // namespace

std::string_view Program::target() const {
    const std::string_view whole = attach;
    return whole.substr(whole.find('/') + 1);
}

std::span<const Program> programs() { return kPrograms; }

}  // namespace touchstone
