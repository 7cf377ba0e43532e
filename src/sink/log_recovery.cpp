#include "log_recovery.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr std::uint64_t kSlack = 1 << 20;  // lines of others among ours
constexpr std::string_view kLineStart = R"({"@timestamp":")";

// Takes the bytes behind the committed offset in pieces, holds each line against the next owed event.
class Matcher {
public:
    Matcher(std::span<const OutgoingEvent> owed, std::uint64_t from, bool inside_line) : owed_(owed), skipping_(inside_line) {
        line_start_ = from;
        for (const auto& event : owed) longest_ = std::max(longest_, event.json.size());
    }

    void take(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto newline = bytes.find('\n');
            keep(bytes.substr(0, newline));
            if (newline == std::string_view::npos) return;
            end_line();
            bytes.remove_prefix(newline + 1);
        }
    }

    std::size_t matched() const { return matched_; }
    std::uint64_t line_start() const { return line_start_; }

    // Is what stands behind the last newline a torn line of ours? A power loss may have left NULs where data was to come.
    bool torn(bool all_ours) const {
        if (length_ == 0 || skipping_) return false;
        const std::string_view line = std::string_view(line_).substr(0, line_.find_last_not_of('\0') + 1);
        if (line.empty()) return all_ours;
        if (matched_ < owed_.size() && std::string_view(owed_[matched_].json).starts_with(line)) return true;
        return all_ours && (line.starts_with(kLineStart) || kLineStart.starts_with(line));
    }

private:
    void keep(std::string_view part) {
        length_ += part.size();
        // What is longer than every owed line equals none of them.
        if (line_.size() <= longest_ + kLineStart.size()) line_ += part.substr(0, longest_ + kLineStart.size() + 1 - line_.size());
    }

    void end_line() {
        if (!skipping_ && matched_ < owed_.size() && length_ == line_.size() && line_ == owed_[matched_].json) ++matched_;
        skipping_ = false;
        line_start_ += length_ + 1;
        length_ = 0;
        line_.clear();
    }

    std::span<const OutgoingEvent> owed_;
    std::size_t longest_ = 0;
    std::size_t matched_ = 0;
    std::uint64_t line_start_ = 0;
    std::uint64_t length_ = 0;  // of the present line, also of what is not kept
    std::string line_;
    bool skipping_;  // begun in the middle of a line
};

std::uint64_t owed_bytes(std::span<const OutgoingEvent> owed) {
    std::uint64_t bytes = 0;
    for (const auto& event : owed) bytes += event.json.size() + 1;
    return bytes;
}

Status read_into(Matcher& matcher, int fd, std::uint64_t from, std::uint64_t to) {
    std::vector<char> chunk(kChunk);
    while (from < to) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), to - from));
        const ssize_t n = ::pread(fd, chunk.data(), wanted, static_cast<off_t>(from));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(system_error("read the log back"));
        if (n == 0) return {};
        matcher.take({chunk.data(), static_cast<std::size_t>(n)});
        from += static_cast<std::uint64_t>(n);
    }
    return {};
}

}  // namespace

Result<std::size_t> recover(LogFile& file, LogSpan span, std::span<const OutgoingEvent> owed) {
    const std::uint64_t end = file.end().offset;
    const std::uint64_t bound = owed_bytes(owed) + kSlack;
    const std::uint64_t from = std::max(span.from, end > bound ? end - bound : 0);
    Matcher matcher(owed, from, from != span.from);
    if (auto read = read_into(matcher, file.fd(), from, end); !read) return fail(read.error());
    if (matcher.torn(span.all_ours))
        if (auto cut = file.cut(matcher.line_start()); !cut) return fail(cut.error());
    return matcher.matched();
}

std::optional<std::string> find_rotated(const std::string& path, ObjectId file) {
    const std::string directory(split_path(path).directory);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.empty() ? "." : directory.c_str()), ::closedir);
    if (!listing) return std::nullopt;
    while (const dirent* entry = ::readdir(listing.get())) {
        struct stat info {};
        if (::fstatat(::dirfd(listing.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (S_ISREG(info.st_mode) && ObjectId{info.st_dev, info.st_ino} == file) return join_path(directory, entry->d_name);
    }
    return std::nullopt;
}

}  // namespace touchstone
