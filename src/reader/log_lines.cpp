#include <archive.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "touchstone/log_files.hpp"

namespace touchstone::reader {
namespace {

constexpr std::size_t kBlock = 256 << 10;

struct Compression {
    std::string_view magic;
    int filter;
};
constexpr std::array kCompressions{Compression{"\x1f\x8b", ARCHIVE_FILTER_GZIP}, Compression{"BZh", ARCHIVE_FILTER_BZIP2},
                                   Compression{"\xfd" "7zXZ", ARCHIVE_FILTER_XZ}, Compression{"\x28\xb5\x2f\xfd", ARCHIVE_FILTER_ZSTD}};

std::optional<int> filter_in(std::string_view front) {
    for (const auto& compression : kCompressions)
        if (front.starts_with(compression.magic)) return compression.filter;
    return std::nullopt;
}

ssize_t read_some(int fd, char* to, std::size_t size) {
    while (true) {
        const auto length = ::read(fd, to, size);
        if (length >= 0 || errno != EINTR) return length;
    }
}

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

// What libarchive reads: what was read already to know the format, and the rest.
struct Input {
    int fd;
    std::string front, buffer;

    static la_ssize_t next(archive* reader, void* self, const void** out) {
        auto& input = *static_cast<Input*>(self);
        if (!input.front.empty()) {
            input.buffer = std::move(input.front);
            input.front.clear();
        } else {
            input.buffer.resize(kBlock);
            const auto length = read_some(input.fd, input.buffer.data(), kBlock);
            if (length < 0) archive_set_error(reader, errno, "read");
            if (length <= 0) return length;
            input.buffer.resize(static_cast<std::size_t>(length));
        }
        *out = input.buffer.data();
        return static_cast<la_ssize_t>(input.buffer.size());
    }
};

// Only the one filter that the first bytes name: libarchive would peel layer after layer by itself, and start programs for formats it does not know.
Status read_compressed(int fd, int filter, std::string front, const std::string& name, LineSplitter& lines, const LineReceiver& receive) {
    const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
    Input input{fd, std::move(front), {}};
    archive_entry* entry = nullptr;
    const auto failed = [&] { return fail(Error{fmt::format("decompress {}: {}", name, archive_error_string(reader.get()) ? archive_error_string(reader.get()) : "damaged"), ErrorKind::corrupt, 0}); };
    if (!reader || archive_read_append_filter(reader.get(), filter) != ARCHIVE_OK || archive_read_support_format_raw(reader.get()) != ARCHIVE_OK ||
        archive_read_open(reader.get(), &input, nullptr, Input::next, nullptr) != ARCHIVE_OK)
        return failed();
    if (const int begun = archive_read_next_header(reader.get(), &entry); begun != ARCHIVE_OK) return begun == ARCHIVE_EOF ? Status{} : failed();
    std::string block(kBlock, '\0');
    while (true) {
        const auto length = archive_read_data(reader.get(), block.data(), block.size());
        if (length < 0) return failed();
        if (length == 0) return {};
        if (!lines.feed(std::string_view(block.data(), static_cast<std::size_t>(length)), receive)) {
            lines.forget();
            return {};
        }
    }
}

Status read_plain(int fd, std::string block, const std::string& name, LineSplitter& lines, const LineReceiver& receive) {
    std::size_t length = block.size();
    block.resize(std::max(block.size(), kBlock));
    while (length > 0) {
        if (!lines.feed(std::string_view(block.data(), length), receive)) {
            lines.forget();
            return {};
        }
        const auto next = read_some(fd, block.data(), block.size());
        if (next < 0) return fail(system_error(fmt::format("read {}", name)));
        length = static_cast<std::size_t>(next);
    }
    return {};
}

// Lines from behind: each block is what stands before the one that was read last.
class Backwards {
public:
    Backwards(LineFaults& faults, const LineReceiver& receive) : faults_(faults), receive_(receive) {}

    bool feed(std::string_view block) {
        for (auto end = block.rfind('\n'); end != std::string_view::npos; end = block.rfind('\n')) {
            if (!take(block.substr(end + 1))) return false;
            block = block.substr(0, end);
        }
        keep(block);
        return true;
    }

    void finish() { take({}); }

private:
    // `front` begins a line whose rest came before.
    bool take(std::string_view front) {
        keep(front);
        const bool whole = ended_ && !skipping_;
        if (!ended_ && !reversed_.empty()) ++faults_.unfinished;
        bool more = true;
        if (whole) {
            std::reverse(reversed_.begin(), reversed_.end());
            more = receive_(reversed_);
        }
        reversed_.clear();
        skipping_ = false;
        ended_ = true;
        return more;
    }

    // The line grows at its front, so it is kept the other way round.
    void keep(std::string_view front) {
        if (skipping_) return;
        if (reversed_.size() + front.size() > kMaxLine) {
            skipping_ = true;
            ++faults_.too_long;
            reversed_.clear();
            return;
        }
        reversed_.append(front.rbegin(), front.rend());
    }

    LineFaults& faults_;
    const LineReceiver& receive_;
    std::string reversed_;
    bool ended_ = false;  // a newline has been met: what stands before it is a line
    bool skipping_ = false;
};

}  // namespace

Result<Fd> open_log(const std::string& path, bool follow_links) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (follow_links ? 0 : O_NOFOLLOW)));
    if (!fd) return fail(system_error(fmt::format("open {}", path)));
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return fail(system_error(fmt::format("fstat {}", path)));
    if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode))
        return fail(Error{fmt::format("open {}: neither a regular file nor a pipe", path), ErrorKind::system, EINVAL});
    if (::fcntl(fd.get(), F_SETFL, 0) != 0) return fail(system_error(fmt::format("fcntl {}", path)));  // a pipe is waited for
    return fd;
}

bool is_compressed(int fd) {
    std::array<char, 8> front{};
    const auto length = ::pread(fd, front.data(), front.size(), 0);
    return length > 0 && filter_in(std::string_view(front.data(), static_cast<std::size_t>(length)));
}

Status read_lines(int fd, const std::string& name, LineFaults& faults, const LineReceiver& receive) {
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    std::string front(kBlock, '\0');
    std::size_t length = 0;
    while (length < 8) {  // as much as tells a format; a pipe may give less at once
        const auto more = read_some(fd, front.data() + length, front.size() - length);
        if (more < 0) return fail(system_error(fmt::format("read {}", name)));
        if (more == 0) break;
        length += static_cast<std::size_t>(more);
    }
    front.resize(length);
    LineSplitter lines(faults);
    const auto filter = filter_in(front);
    auto read = filter ? read_compressed(fd, *filter, std::move(front), name, lines, receive) : read_plain(fd, std::move(front), name, lines, receive);
    lines.finish();
    return read;
}

Status read_lines_backwards(int fd, std::uint64_t size, const std::string& name, LineFaults& faults, const LineReceiver& receive) {
    Backwards lines(faults, receive);
    std::string block;
    while (size > 0) {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size, kBlock));
        block.resize(length);
        std::size_t got = 0;
        while (got < length) {
            const auto next = ::pread(fd, block.data() + got, length - got, static_cast<off_t>(size - length + got));
            if (next < 0 && errno == EINTR) continue;
            if (next < 0) return fail(system_error(fmt::format("read {}", name)));
            if (next == 0) return fail(Error{fmt::format("read {}: it became shorter meanwhile", name), ErrorKind::system, 0});
            got += static_cast<std::size_t>(next);
        }
        if (!lines.feed(block)) return {};
        size -= length;
    }
    lines.finish();
    return {};
}

}  // namespace touchstone::reader
