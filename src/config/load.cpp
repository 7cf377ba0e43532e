// Reading the files.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "admission.hpp"
#include "build.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

struct FileText {
    std::string text;
    bool writable_by_all = false;
};

// One byte more than is allowed tells a file that is too large.
Result<FileText> read_file(const std::string& path) {
    const auto attempted = "read " + path;
    // O_NONBLOCK: a FIFO in the place of the file must not hang the daemon.
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd) return fail(system_error(attempted));
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return fail(system_error(attempted));
    if (S_ISDIR(status.st_mode)) return fail(system_error(attempted, EISDIR));
    if (!S_ISREG(status.st_mode)) return fail(Error{attempted + ": not a regular file", ErrorKind::bad_input, 0});
    FileText file;
    file.writable_by_all = (status.st_mode & S_IWOTH) != 0;
    std::array<char, 16'384> buffer;
    while (file.text.size() <= config::kMaxFile) {
        const auto count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(system_error(attempted));
        if (count == 0) break;
        file.text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return file;
}

// *.toml in byte order; a directory that is not there holds none.
Result<std::vector<std::string>> drop_ins(const std::string& directory) {
    std::vector<std::string> paths;
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
    if (!open) {
        if (errno == ENOENT) return paths;
        return fail(system_error("read directory " + directory));
    }
    while (true) {
        errno = 0;
        const auto* entry = ::readdir(open.get());
        if (entry == nullptr) break;
        const std::string name = entry->d_name;
        if (name.ends_with(".toml") && !name.starts_with('.')) paths.push_back(directory + '/' + name);
    }
    if (errno != 0) return fail(system_error("read directory " + directory));
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace

Result<LoadedConfig> load_config(const std::filesystem::path& file) {
    const std::string main = file.native();
    const auto slash = main.rfind('/');
    auto paths = drop_ins(slash == std::string::npos ? "conf.d" : main.substr(0, slash) + "/conf.d");
    if (!paths) return fail(paths.error());
    paths->insert(paths->begin(), main);
    std::vector<config::SourceRef> sources;
    std::vector<std::string> warnings;
    for (const auto& path : *paths) {
        auto read = read_file(path);
        if (!read) return fail(read.error());
        if (read->writable_by_all) warnings.push_back(fmt::format("{}:1: anybody may write to this file", path));
        sources.push_back(std::make_shared<const config::SourceText>(path, std::move(read->text)));
    }
    auto loaded = config::build_config(sources);
    if (loaded) loaded->warnings.insert(loaded->warnings.begin(), warnings.begin(), warnings.end());
    return loaded;
}

}  // namespace touchstone
