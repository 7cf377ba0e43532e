#include "fanotify_own.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace touchstone {

void OwnObjects::refresh(Volumes& volumes, const FanotifyMarker& marker) {
    former_.merge(current_);
    current_.clear();
    objects_.clear();
    for (const auto& path : paths_) {
        const Fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
        if (!fd) continue;
        const auto handle = handle_of(fd.get(), "");
        struct stat status {};
        const Volume* volume = handle ? volumes.of_mount(handle->mount) : nullptr;
        if (volume == nullptr || ::fstat(fd.get(), &status) != 0) continue;
        const bool directory = S_ISDIR(status.st_mode);
        if (!directory && !S_ISREG(status.st_mode)) continue;
        objects_.push_back({volume->device, status.st_ino});
        current_.emplace(ObjectKey(volume->id, handle->view()).view(), directory);
        // A file is not ignored in the kernel: a log that is rotated away would stay so, and others may write to it then.
        if (directory && marker.group(volume->group) != nullptr) marker.group(volume->group)->ignore_object(fd.get(), true);
    }
}

bool OwnObjects::contains(const ObjectKey& key, bool directory) const {
    for (const Objects* objects : {&current_, &former_}) {
        const auto found = objects->find(key.view());
        if (found != objects->end() && found->second == directory) return true;
    }
    return false;
}

}  // namespace touchstone
