#include "directory.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/directory.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

Status prepare_state_directory(const std::string& directory) {
    if (auto made = store::make_directory(directory); !made) return made;
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0) return fail(system_error(fmt::format("look at {}", printable(directory))));
    const auto refuse = [&](std::string_view why) {
        return fail(Error{fmt::format("state directory {} {}", printable(directory), why), ErrorKind::bad_input, 0});
    };
    if (status.st_uid != ::geteuid())
        return refuse(fmt::format("belongs to user {}, not to user {} who runs touchstone", status.st_uid, ::geteuid()));
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return refuse(fmt::format("may be written by others (mode {:04o}); it must be 0700", status.st_mode & 07777));
    return {};
}

}  // namespace touchstone
