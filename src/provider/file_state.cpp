#include "file_state.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {

FileState file_state(const struct stat& status) {
    return {true, status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), WallTime(std::chrono::seconds(status.st_ctim.tv_sec) + Nanoseconds(status.st_ctim.tv_nsec))};
}

std::uint64_t FileState::mixed_into(std::uint64_t version) const {
    for (const auto part : {static_cast<std::uint64_t>(there), device, inode, size, static_cast<std::uint64_t>(ctime.time_since_epoch().count())})
        version = (version ^ part) * 0x9e3779b97f4a7c15U;
    return version;
}

FileState file_state(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? file_state(status) : FileState{};
}

Result<ReadFile> read_file(const std::string& path, std::size_t most) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return fail(system_error("open " + printable(path)));
    ReadFile read;
    if (::fstat(file.get(), &read.status) != 0) return fail(system_error("stat " + printable(path)));
    if (!S_ISREG(read.status.st_mode)) return fail(Error{printable(path) + " is not a regular file", ErrorKind::bad_input, 0});
    std::string piece(64 << 10, '\0');
    while (true) {
        const ssize_t n = ::read(file.get(), piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(system_error("read " + printable(path)));
        if (n == 0) return read;
        if (read.content.size() + static_cast<std::size_t>(n) > most)
            return fail(Error{fmt::format("{} has more than {} bytes", printable(path), most), ErrorKind::bad_input, 0});
        read.content.append(piece, 0, static_cast<std::size_t>(n));
    }
}

}  // namespace touchstone
