#include "status.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include "touchstone/bytes.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

constexpr int kFlags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;

WallTime time_of(const statx_timestamp& time) {
    return WallTime{std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec)};
}

ObjectId id_of(const struct statx& status) { return {makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino}; }

}  // namespace

Tried<struct statx> status_of(int fd) {
    struct statx status {};
    if (::statx(fd, "", kFlags | AT_EMPTY_PATH, STATX_BASIC_STATS, &status) != 0) return trouble("statx");
    return status;
}

Attributes attributes_of(const struct statx& status) {
    Attributes made;
    made.type = file_type_of(status.stx_mode);
    made.mode = status.stx_mode & 07777u;
    made.uid = status.stx_uid;
    made.gid = status.stx_gid;
    made.size = status.stx_size;
    made.link_count = status.stx_nlink;
    if (made.type == FileType::block_device || made.type == FileType::character_device)
        made.rdev = makedev(status.stx_rdev_major, status.stx_rdev_minor);
    made.id = id_of(status);
    made.mtime = time_of(status.stx_mtime);
    made.ctime = time_of(status.stx_ctime);
    return made;
}

bool same_object(const struct statx& before, const struct statx& after) {
    return id_of(before) == id_of(after) && file_type_of(before.stx_mode) == file_type_of(after.stx_mode);
}

bool same_state(const struct statx& before, const struct statx& after) {
    return same_object(before, after) && before.stx_size == after.stx_size && time_of(before.stx_ctime) == time_of(after.stx_ctime);
}

Result<StatView> stat_at(int directory_fd, const char* name) {
    struct statx status {};
    const int flags = *name == '\0' ? kFlags | AT_EMPTY_PATH : kFlags;
    if (::statx(directory_fd, name, flags, STATX_BASIC_STATS, &status) != 0)
        return fail(system_error("statx " + printable(name)));
    return StatView{file_type_of(status.stx_mode), id_of(status),
                    status.stx_size,               status.stx_nlink,
                    time_of(status.stx_ctime),     time_of(status.stx_mtime)};
}

}  // namespace touchstone
