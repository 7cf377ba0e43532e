#include "store/directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone::store {
namespace {

Status make_level(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    const int code = errno;
    struct stat status{};
    if (code != EEXIST && (code != EROFS && code != EACCES)) return fail(system_error(fmt::format("make directory {}", printable(path)), code));
    if (::stat(path.c_str(), &status) != 0) return fail(system_error(fmt::format("make directory {}", printable(path)), code));
    if (S_ISDIR(status.st_mode)) return {};
    return fail(Error{fmt::format("{} is not a directory", printable(path)), ErrorKind::bad_input, ENOTDIR});
}

}  // namespace

Status make_directory(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        if (path.find_first_not_of('/', slash) == std::string::npos) break;  // trailing slashes
        if (auto made = make_level(path.substr(0, slash), 0755); !made) return made;
    }
    return make_level(path, 0700);
}

Status sync_directory(const std::string& path) {
    const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return fail(system_error(fmt::format("sync directory {}", printable(path))));
    return {};
}

std::string directory_of(const std::string& file) {
    const auto directory = split_path(file).directory;
    return directory.empty() ? "." : std::string(directory);
}

}  // namespace touchstone::store
