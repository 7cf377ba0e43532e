#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <string_view>
#include <utility>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

// The longest part of a path that one system call takes, its terminating zero left out.
constexpr std::size_t kMaxPart = PATH_MAX - 1;
constexpr int kMaxRetries = 64;  // EAGAIN means a rename or mount went on meanwhile; a storm of them must not hold us for ever

Fd open_part(int directory_fd, const std::string& part, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(O_PATH | O_NOFOLLOW | O_CLOEXEC | flags);
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    for (int tries = 0; tries < kMaxRetries; ++tries) {
        fd = ::syscall(SYS_openat2, directory_fd, part.c_str(), &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
    }
    return Fd(static_cast<int>(fd));
}

// Cuts the longest front part that fits off `rest`, at a slash; nothing when one component alone is too long.
std::string_view cut_front(std::string_view& rest) {
    if (rest.size() <= kMaxPart) return std::exchange(rest, {});
    const auto slash = rest.rfind('/', kMaxPart);
    if (slash == std::string_view::npos || slash == 0) return {};
    const auto front = rest.substr(0, slash);
    const auto next = rest.find_first_not_of('/', slash);
    rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next);
    return front;
}

}  // namespace

Result<Fd> open_nofollow(const std::string& path, int extra_flags) {
    const auto refused = [&](int code) { return fail(system_error("open " + printable(path), code)); };
    if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos) return refused(EINVAL);
    Fd directory;
    std::string_view rest = path;
    while (true) {
        const auto part = cut_front(rest);
        if (part.empty()) return refused(ENAMETOOLONG);
        const int flags = rest.empty() ? extra_flags : O_DIRECTORY;
        Fd next = open_part(directory ? directory.get() : AT_FDCWD, std::string(part), flags);
        if (!next) return refused(errno);
        if (rest.empty()) return next;
        directory = std::move(next);
    }
}

}  // namespace touchstone
