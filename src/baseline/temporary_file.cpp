#include "temporary_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "store/directory.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::string_view kInfix = ".new-";
constexpr std::size_t kRandom = 6;

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_stray(std::string_view name, std::string_view base) {
    return name.size() == base.size() + kInfix.size() + kRandom && name.starts_with(base) && name.substr(base.size()).starts_with(kInfix);
}

// Only when nobody holds its lock: then its writer has gone.
void remove_unless_in_use(int directory, const char* name) {
    const Fd fd(::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(directory, name, 0);
}

void remove_strays(const std::string& file) {
    const std::string base(split_path(file).name);
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(store::directory_of(file).c_str()));
    if (!directory) return;
    while (const auto* entry = ::readdir(directory.get()))
        if (is_stray(entry->d_name, base)) remove_unless_in_use(::dirfd(directory.get()), entry->d_name);
}

}  // namespace

Result<TemporaryFile> TemporaryFile::beside(const std::string& file) {
    if (auto made = store::make_directory(store::directory_of(file)); !made) return fail(made.error());
    remove_strays(file);
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::string path = file + std::string(kInfix) + std::string(kRandom, 'X');
        Fd fd(::mkostemp(path.data(), O_CLOEXEC));
        if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
            if (fd && errno == EWOULDBLOCK) continue;  // another writer is just removing it as a stray
            return fail(system_error(fmt::format("make a file beside {}", printable(file))));
        }
        struct stat status{};
        if (::fstat(fd.get(), &status) == 0 && status.st_nlink == 1) return TemporaryFile(std::move(path), std::move(fd));
    }
    return fail(system_error(fmt::format("make a file beside {}", printable(file)), EBUSY));
}

TemporaryFile::~TemporaryFile() {
    if (fd_) ::unlink(path_.c_str());
}

Status TemporaryFile::replace(const std::string& file) {
    if (::fsync(fd_.get()) != 0) return fail(system_error(fmt::format("sync {}", printable(path_))));
    if (::rename(path_.c_str(), file.c_str()) != 0) return fail(system_error(fmt::format("rename {} to {}", printable(path_), printable(file))));
    fd_.reset();
    return store::sync_directory(store::directory_of(file));
}

}  // namespace touchstone
