#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>

#include "directory.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/state.hpp"

namespace touchstone {
namespace {

// "pid 123", or what can be said without one. The file's content is anybody's word.
std::string holder(int fd) {
    std::array<char, 16> text{};
    const auto size = ::pread(fd, text.data(), text.size() - 1, 0);
    std::string digits;
    for (ssize_t i = 0; i < size && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9'; ++i)
        digits += text[static_cast<std::size_t>(i)];
    return digits.empty() ? "another process" : "pid " + digits;
}

Status write_pid(int fd) {
    const auto text = fmt::format("{}\n", ::getpid());
    if (::ftruncate(fd, 0) != 0) return fail(system_error("write the lock file"));
    // On a full disk the lock holds all the same; only the pid is missing from the message of whoever comes second.
    if (::pwrite(fd, text.data(), text.size(), 0) < 0 && errno != ENOSPC && errno != EDQUOT) return fail(system_error("write the lock file"));
    return {};
}

}  // namespace

Result<Fd> lock_state(const std::string& directory) {
    if (auto ready = prepare_state_directory(directory); !ready) return fail(ready.error());
    const std::string file = directory + "/lock";
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    if (!fd) return fail(system_error(fmt::format("open {}", printable(file))));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail(system_error(fmt::format("lock {}", printable(file))));
        return fail(Error{fmt::format("state directory {} is in use by {}", printable(directory), holder(fd.get())), ErrorKind::system,
                          EWOULDBLOCK});
    }
    if (auto written = write_pid(fd.get()); !written) return fail(written.error());
    return fd;
}

}  // namespace touchstone
