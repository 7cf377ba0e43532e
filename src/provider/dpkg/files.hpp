// Reading files that others wrote: bounded, following no link at the end unless asked to, blocking on no fifo.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone::dpkg {

// What shows that a file is still as it was read.
struct Stamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t changed = 0;  // ctime in nanoseconds; it cannot be set back
    auto operator<=>(const Stamp&) const = default;
};
std::optional<Stamp> stamp_of(const std::string& path);  // follows no link; nullopt: nothing is there

// Regular files only. `follow`: a link at the end is followed, which is right where the content is proven by itself: apt's lists of a source on this
// host are links.
enum class Links { refuse, follow };
Result<Fd> open_file(const std::string& path, Links links = Links::refuse);
// EFBIG when it has more than `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit, Links links = Links::refuse);
Status read_pieces(int fd, const std::function<Status(std::string_view)>& consume);

// Names in a directory, in byte order, without "." and "..". Error: E2BIG when there are more than a million.
Result<std::vector<std::string>> names_in(const std::string& directory);

// As read_pieces, links followed, decompressed as the end of its name says: .lz4, .xz, .gz, .zst, .bz2, .lzma; any other is taken as it is. E2BIG beyond `limit`.
Status read_decompressed(const std::string& path, std::uint64_t limit, const std::function<Status(std::string_view)>& consume);

// An unlinked file in memory that holds `content`, for a child process.
Result<Fd> in_memory(std::string_view content);

}  // namespace touchstone::dpkg
