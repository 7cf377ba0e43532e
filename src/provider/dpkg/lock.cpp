#include "dpkg/lock.hpp"

#include <fcntl.h>

#include "dpkg/files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {

bool is_locked(const std::string& root) {
    for (const char* name : {"var/lib/dpkg/lock", "var/lib/dpkg/lock-frontend"}) {
        const auto file = open_file(join_path(root, name));
        if (!file) continue;
        struct flock lock{};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        if (::fcntl(file->get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) return true;
    }
    return false;
}

}  // namespace touchstone::dpkg
