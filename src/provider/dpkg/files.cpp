#include "dpkg/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {

std::optional<Stamp> stamp_of(const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
    return Stamp{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                 std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec};
}

Result<Fd> open_file(const std::string& path, Links links) {
    const int no_link = links == Links::refuse ? O_NOFOLLOW : 0;
    Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | no_link));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) return fail(system_error(fmt::format("open {}", printable(path))));
    if (!S_ISREG(status.st_mode)) return fail(Error{fmt::format("{} is not a file", printable(path)), ErrorKind::bad_input, EINVAL});
    return fd;
}

Status read_pieces(int fd, const std::function<Status(std::string_view)>& consume) {
    const auto buffer = std::make_unique<std::array<char, 128 << 10>>();
    for (;;) {
        const auto got = ::read(fd, buffer->data(), buffer->size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error("read"));
        if (got == 0) return {};
        if (auto done = consume({buffer->data(), static_cast<std::size_t>(got)}); !done) return done;
    }
}

Result<std::string> read_file(const std::string& path, std::size_t limit, Links links) {
    auto fd = open_file(path, links);
    if (!fd) return fail(fd.error());
    std::string content;
    const auto done = read_pieces(fd->get(), [&](std::string_view piece) -> Status {
        if (content.size() + piece.size() > limit) return fail(system_error("it is too long", EFBIG));
        content += piece;
        return {};
    });
    if (!done) return fail(Error{fmt::format("read {}: {}", printable(path), done.error().what), done.error().kind, done.error().code});
    return content;
}

Result<std::vector<std::string>> names_in(const std::string& directory) {
    constexpr std::size_t kMaxNames = 1'000'000;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
    if (!open) return fail(system_error(fmt::format("list {}", printable(directory))));
    std::vector<std::string> names;
    for (errno = 0; const dirent* entry = ::readdir(open.get()); errno = 0) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (names.size() == kMaxNames) return fail(system_error(fmt::format("list {}", printable(directory)), E2BIG));
        names.emplace_back(name);
    }
    if (errno != 0) return fail(system_error(fmt::format("list {}", printable(directory))));
    std::sort(names.begin(), names.end());
    return names;
}

Result<Fd> in_memory(std::string_view content) {
    Fd fd(::memfd_create("touchstone", MFD_CLOEXEC));
    if (!fd) return fail(system_error("memfd_create"));
    while (!content.empty()) {
        const auto put = ::write(fd.get(), content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return fail(system_error("write into memory"));
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    return fd;
}

}  // namespace touchstone::dpkg
