#include "canary.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "touchstone/bytes.hpp"

namespace touchstone {

Result<Canary> Canary::make(const std::string& state) {
    const std::string path = join_path(state, "canary");
    Fd fd(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!fd) return fail(system_error("open " + path));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return fail(system_error("fstat " + path));
    if (!S_ISREG(status.st_mode)) return fail({path + " is no file", ErrorKind::bad_input, 0});
    return Canary(std::move(fd), status.st_ino);
}

Status Canary::touch() const { return ::futimens(fd_.get(), nullptr) == 0 ? Status{} : fail(system_error("touch the canary")); }

}  // namespace touchstone
