#include "touchstone/fd.hpp"

#include <unistd.h>

#include <cerrno>

namespace touchstone {

void Fd::reset(int fd) {
    const int saved = errno;
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
    errno = saved;
}

}  // namespace touchstone
