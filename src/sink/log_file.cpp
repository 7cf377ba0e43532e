#include "log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

// O_NONBLOCK: a FIFO put in the log's place must not stop the recorder; it means nothing to a regular file.
constexpr int kOpenFlags = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0750;

std::uint64_t size_of(const struct stat& info) { return static_cast<std::uint64_t>(info.st_size); }

Status make_directories(const std::string& directory) {
    if (directory.empty() || directory == "/" || ::mkdir(directory.c_str(), kDirectoryMode) == 0 || errno == EEXIST) return {};
    if (errno != ENOENT) return fail(system_error(fmt::format("mkdir {}", directory)));
    if (auto above = make_directories(std::string(split_path(directory).directory)); !above) return above;
    if (::mkdir(directory.c_str(), kDirectoryMode) == 0 || errno == EEXIST) return {};
    return fail(system_error(fmt::format("mkdir {}", directory)));
}

// The new name must survive a power loss as the lines in the file do.
Status sync_directory(const std::string& directory) {
    const Fd fd(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) return fail(system_error(fmt::format("fsync {}", directory)));
    return {};
}

template <class Number>
bool take_number(std::string_view& text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take_colon(std::string_view& text) {
    if (!text.starts_with(':')) return false;
    text.remove_prefix(1);
    return true;
}

// Writes until all is written or an error says why not.
std::size_t write_all(int fd, std::string_view bytes, int& error) {
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t n = ::write(fd, bytes.data() + written, bytes.size() - written);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            error = n < 0 ? errno : ENOSPC;
            break;
        }
        written += static_cast<std::size_t>(n);
    }
    return written;
}

}  // namespace

std::string to_text(const LogPosition& position) {
    return fmt::format("{}:{}:{}", position.file.device, position.file.inode, position.offset);
}

std::optional<LogPosition> parse_log_position(std::string_view text) {
    LogPosition position;
    if (take_number(text, position.file.device) && take_colon(text) && take_number(text, position.file.inode) && take_colon(text) &&
        take_number(text, position.offset) && text.empty())
        return position;
    return std::nullopt;
}

Result<LogFile> LogFile::wrap(Fd fd, const std::string& path) {
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return fail(system_error(fmt::format("fstat {}", path)));
    if (!S_ISREG(info.st_mode)) return fail(Error{fmt::format("open {}: not a regular file", path), ErrorKind::system, EINVAL});
    return LogFile(std::move(fd), LogPosition{{info.st_dev, info.st_ino}, size_of(info)}, path);
}

Result<LogFile> LogFile::open_existing(const std::string& path) {
    Fd fd(::open(path.c_str(), kOpenFlags));
    if (!fd) return fail(system_error(fmt::format("open {}", path)));
    return wrap(std::move(fd), path);
}

Result<LogFile> LogFile::open(const std::string& path) {
    auto existing = open_existing(path);
    if (existing || existing.error().code != ENOENT) return existing;
    const std::string directory(split_path(path).directory);
    if (auto made = make_directories(directory); !made) return fail(made.error());
    Fd fd(::open(path.c_str(), kOpenFlags | O_CREAT, kFileMode));
    if (!fd) return fail(system_error(fmt::format("open {}", path)));
    if (auto synced = sync_directory(directory); !synced) return fail(synced.error());
    return wrap(std::move(fd), path);
}

bool LogFile::is_named(const std::string& path) const {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && ObjectId{info.st_dev, info.st_ino} == end_.file;
}

bool LogFile::is_removed() const {
    struct stat info {};
    return ::fstat(fd_.get(), &info) == 0 && info.st_nlink == 0;
}

Status LogFile::end_open_line() {
    struct stat info {};
    if (::fstat(fd_.get(), &info) != 0) return fail(system_error(fmt::format("fstat {}", path_)));
    if (size_of(info) == 0) return {};
    char last = '\n';
    if (::pread(fd_.get(), &last, 1, info.st_size - 1) < 0) return fail(system_error(fmt::format("read {}", path_)));
    if (last == '\n') return {};
    int error = 0;
    if (write_all(fd_.get(), "\n", error) != 1) return fail(system_error(fmt::format("write {}", path_), error));
    return {};
}

LogFile::Appended LogFile::append(std::string_view lines) {
    if (auto ended = end_open_line(); !ended) return {0, ended.error()};
    int error = 0;
    const std::size_t written = write_all(fd_.get(), lines, error);
    // With O_APPEND the descriptor's offset is the end of what it wrote, whoever else may have written.
    const auto after = static_cast<std::uint64_t>(::lseek(fd_.get(), 0, SEEK_CUR));
    if (written == lines.size()) {
        end_.offset = after;
        return {written, std::nullopt};
    }
    const auto newline = lines.substr(0, written).rfind('\n');
    const std::size_t whole = newline == std::string_view::npos ? 0 : newline + 1;
    if (whole < written) {
        struct stat info {};
        // Not cut when somebody wrote behind it; then end_open_line() or the next start sees to it.
        if (::fstat(fd_.get(), &info) == 0 && size_of(info) == after) (void)cut(after - (written - whole));
    } else if (written > 0) {
        end_.offset = after;
    }
    return {whole, system_error(fmt::format("write {}", path_), error)};
}

Status LogFile::cut(std::uint64_t offset) {
    if (::ftruncate(fd_.get(), static_cast<off_t>(offset)) != 0) return fail(system_error(fmt::format("truncate {}", path_)));
    end_.offset = offset;
    return {};
}

Status LogFile::sync() {
    if (::fdatasync(fd_.get()) != 0) return fail(system_error(fmt::format("fdatasync {}", path_)));
    return {};
}

}  // namespace touchstone
