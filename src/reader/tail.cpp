#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "touchstone/bytes.hpp"
#include "touchstone/log_tail.hpp"

namespace touchstone::reader {
namespace {

constexpr std::size_t kReadAtOnce = 256 << 10;
constexpr std::size_t kLikelyCopies = 3;
constexpr std::size_t kRemembered = 64;  // more than the front of an event, so its id is among them

std::string bytes_before(int fd, std::uint64_t offset, std::size_t most) {
    std::string out(std::min<std::uint64_t>(offset, most), '\0');
    const auto length = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset - out.size()));
    out.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return out;
}

std::uint64_t beginning_of_line(int fd, std::uint64_t offset) {
    for (std::uint64_t end = offset; end > 0 && offset - end <= kMaxLine;) {
        const auto block = bytes_before(fd, end, kReadAtOnce);
        if (block.empty()) break;
        if (const auto at = block.rfind('\n'); at != std::string::npos) return end - block.size() + at + 1;
        end -= block.size();
        if (end == 0) return 0;
    }
    return offset;
}

// Does the line, which ended with a newline, end as `remembered` does?
bool end_alike(std::string_view line, std::string_view remembered) {
    remembered.remove_suffix(remembered.empty() ? 0 : 1);
    const auto length = std::min(line.size(), remembered.size());
    return line.substr(line.size() - length) == remembered.substr(remembered.size() - length);
}

WallTime written_at(const struct stat& info) {
    return WallTime(std::chrono::seconds(info.st_mtim.tv_sec) + Nanoseconds(info.st_mtim.tv_nsec));
}

}  // namespace

LogTail::LogTail(std::string path, bool follow_links, Fd log, std::uint64_t offset, LineFaults& faults)
    : path_(std::move(path)), follow_links_(follow_links), inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), faults_(faults), lines_(faults) {
    const std::string directory(split_path(path_).directory);
    if (inotify_ && ::inotify_add_watch(inotify_.get(), directory.empty() ? "." : directory.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) inotify_.reset();
    if (!log) return;
    begin(std::move(log));
    offset_ = line_begin_ = beginning_of_line(log_.get(), offset);
    last_ = bytes_before(log_.get(), line_begin_, kRemembered);
}

void LogTail::begin(Fd log) {
    struct stat info {};
    ::fstat(log.get(), &info);
    identity_ = {info.st_dev, info.st_ino};
    log_ = std::move(log);
    offset_ = line_begin_ = 0;
    last_.clear();
    lines_.forget();
}

void LogTail::clear_wakeup() {
    std::array<char, 4096> buffer;
    while (inotify_ && ::read(inotify_.get(), buffer.data(), buffer.size()) > 0) {
    }
}

Status LogTail::drain(const LineReceiver& receive) {
    clear_wakeup();
    const LineReceiver until_enough = [&](std::string_view line) {
        enough_ = !receive(line);
        return !enough_;
    };
    do {
        if (auto read = read_on(until_enough); !read) return read;
    } while (!enough_ && take_successor(until_enough));
    return {};
}

bool LogTail::is_cut(std::uint64_t size) const {
    return size < offset_ || (size > offset_ && bytes_before(log_.get(), line_begin_, kRemembered) != last_);
}

// Up to where it ends now: a log that grows faster than it is read must not keep the caller from what else it has to do.
Status LogTail::read_on(const LineReceiver& receive) {
    struct stat info {};
    if (!log_) return {};
    if (::fstat(log_.get(), &info) != 0) return fail(system_error(fmt::format("fstat {}", path_)));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (is_cut(size)) {
        go_on_in_copy(receive);
        offset_ = line_begin_ = 0;
        last_.clear();
        lines_.forget();
    }
    std::string block(kReadAtOnce, '\0');
    while (offset_ < size && !enough_) {
        const auto length = ::pread(log_.get(), block.data(), std::min<std::uint64_t>(block.size(), size - offset_), static_cast<off_t>(offset_));
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return fail(system_error(fmt::format("read {}", path_)));
        if (length == 0) break;
        const std::string_view got(block.data(), static_cast<std::size_t>(length));
        if (const auto end = got.rfind('\n'); end != std::string_view::npos) line_begin_ = offset_ + end + 1;
        offset_ += got.size();
        lines_.feed(got, receive);
    }
    last_ = bytes_before(log_.get(), line_begin_, kRemembered);
    return {};
}

// The log was copied and cut: what was not read of it before is in the copy, behind the line that was read last. One that is not compressed is whole,
// while a compressed one beside it may still be in the making.
void LogTail::go_on_in_copy(const LineReceiver& receive) {
    auto copies = rotations_of(path_);
    std::reverse(copies.begin(), copies.end());
    if (copies.size() > kLikelyCopies) copies.resize(kLikelyCopies);
    for (const bool compressed : {false, true})
        for (const auto& copy : copies) {
            const auto fd = open_log(copy.path, false);
            if (fd && is_compressed(fd->get()) == compressed && go_on_in(fd->get(), copy.path, receive)) return;
        }
    ++cuts_;
}

// Does it hold the line that was read last where it was in the log? Then what follows there is given out.
bool LogTail::go_on_in(int copy, const std::string& name, const LineReceiver& receive) {
    bool found = false;
    std::uint64_t at = 0;
    LineFaults of_copy;
    if (line_begin_ == 0) return false;
    const auto read = read_lines(copy, name, of_copy, [&](std::string_view line) {
        if (found) return receive(line);
        at += line.size() + 1;
        found = at == line_begin_ && end_alike(line, last_);
        return found || at < line_begin_;
    });
    if (found && !read) ++cuts_;
    return found;
}

// Was the log renamed, and does its successor hold something? Whoever writes begins with that when they are done with the old one.
bool LogTail::take_successor(const LineReceiver& receive) {
    struct stat now {}, old {};
    const int got = follow_links_ ? ::stat(path_.c_str(), &now) : ::lstat(path_.c_str(), &now);
    if (got != 0 || !S_ISREG(now.st_mode) || identity_ == Identity{now.st_dev, now.st_ino} || (log_ && now.st_size == 0)) return false;
    auto successor = open_log(path_, follow_links_);
    if (!successor) return false;
    if (log_) {
        if (!read_on(receive) || enough_) return false;
        lines_.finish();
        ::fstat(log_.get(), &old);
        if (!read_rotations_since(written_at(old), old.st_ino, receive)) ++cuts_;
    }
    begin(std::move(*successor));
    return true;
}

// The log may have been rotated more than once since it was looked at.
Status LogTail::read_rotations_since(WallTime written, std::uint64_t but_for_inode, const LineReceiver& receive) {
    for (const auto& rotation : rotations_of(path_)) {
        if (rotation.written <= written || rotation.inode == but_for_inode) continue;
        const auto log = open_log(rotation.path, false);
        if (!log) return fail(log.error());
        if (auto read = read_lines(log->get(), rotation.path, faults_, receive); !read || enough_) return read;
    }
    return {};
}

}  // namespace touchstone::reader
