#include "approval/bounded_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone::approval {

Result<std::string> read_bounded(const std::string& file, std::size_t most) {
    const auto refuse = [&](std::string_view why) { return fail(Error{fmt::format("{} {}", printable(file), why), ErrorKind::bad_input, 0}); };
    const Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) return fail(system_error(fmt::format("open {}", printable(file))));
    if (!S_ISREG(status.st_mode)) return refuse("is not a file");
    std::string out;
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error(fmt::format("read {}", printable(file))));
        if (got == 0) return out;
        out.append(buffer, static_cast<std::size_t>(got));
        if (out.size() > most) return refuse(fmt::format("is longer than {} bytes", most));
    }
}

}  // namespace touchstone::approval
