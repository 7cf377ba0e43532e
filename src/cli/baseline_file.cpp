#include "baseline_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "clock.hpp"
#include "privileges.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::cli {
namespace {

Status make_directories(const std::string& directory) {
    for (std::size_t at = directory.find('/', 1);; at = directory.find('/', at + 1)) {
        const bool last = at == std::string::npos;
        const std::string part = directory.substr(0, at);
        if (::mkdir(part.c_str(), last ? 0700 : 0755) != 0 && errno != EEXIST) return fail(system_error("make directory " + part));
        if (last) return {};
    }
}

}  // namespace

Result<Fd> lock_baseline(const std::string& file) {
    const std::string directory(split_path(file).directory);
    if (auto made = make_directories(directory); !made) return fail(made.error());
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return fail(system_error("open " + directory));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
    if (errno == EWOULDBLOCK) return fail({"another `touchstone baseline` is writing " + file, ErrorKind::bad_input, EWOULDBLOCK});
    return fail(system_error("lock " + directory));
}

BaselineInfo info_now(DigestAlgorithm digest) {
    BaselineInfo info;
    info.digest = digest;
    info.built_at = wall_now();
    char host[HOST_NAME_MAX + 1] = {};
    if (::gethostname(host, sizeof host - 1) == 0) info.host = host;
    info.built_by = who_am_i();
    info.version = TOUCHSTONE_VERSION;
    return info;
}

}  // namespace touchstone::cli
