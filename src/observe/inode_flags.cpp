#include "inode_flags.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>

namespace touchstone {
namespace {

// What somebody sets, through chattr, an ioctl of fscrypt or fs-verity, or by inheritance from a directory. Left out, because
// file systems set and clear them by themselves: EXTENT, HUGE_FILE, INDEX, INLINE_DATA, EA_INODE and EOFBLOCKS (ext4's layout
// of the moment), DIRTY and COMPRBLK (state of compression), NOCOMP (btrfs sets it on data that did not compress well), and
// RESERVED.
constexpr std::uint32_t kJudged = FS_SECRM_FL | FS_UNRM_FL | FS_COMPR_FL | FS_SYNC_FL | FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL |
                                  FS_NOATIME_FL | FS_ENCRYPT_FL | FS_JOURNAL_DATA_FL | FS_NOTAIL_FL | FS_DIRSYNC_FL | FS_TOPDIR_FL |
                                  FS_VERITY_FL | FS_NOCOW_FL | FS_DAX_FL | FS_PROJINHERIT_FL | FS_CASEFOLD_FL;

// The answers of file systems that lack the call.
bool is_unsupported(int error) { return error == ENOTTY || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL; }

}  // namespace

std::uint32_t judged_inode_flags(std::uint32_t flags) { return flags & kJudged; }

Tried<void> read_inode_flags(int fd, Attributes& attributes) {
    std::uint32_t flags = 0;  // the ioctl is declared with long, and moves an int
    if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0)
        attributes.inode_flags = judged_inode_flags(flags);
    else if (!is_unsupported(errno))
        return trouble("FS_IOC_GETFLAGS");
    fsxattr extended{};
    if (::ioctl(fd, FS_IOC_FSGETXATTR, &extended) == 0)
        attributes.project_id = extended.fsx_projid;
    else if (!is_unsupported(errno))
        return trouble("FS_IOC_FSGETXATTR");
    return {};
}

}  // namespace touchstone
