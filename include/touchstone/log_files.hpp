// The JSON log and its rotations as lines, oldest first.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone::reader {

// The longest line that is taken; an event stays below it, whatever names and values it holds. What is longer is skipped, and counted.
inline constexpr std::size_t kMaxLine = 8 << 20;

struct LineFaults {
    std::uint64_t too_long = 0;
    std::uint64_t unfinished = 0;  // a last line without an end: torn by a crash, or being written
};

// False ends the reading. The line has no newline, and lives until the call returns.
using LineReceiver = std::function<bool(std::string_view line)>;

// Cuts bytes into lines. Holds at most kMaxLine.
class LineSplitter {
public:
    explicit LineSplitter(LineFaults& faults) : faults_(faults) {}

    bool feed(std::string_view bytes, const LineReceiver& receive);  // false when the receiver has had enough
    void finish();  // nothing follows: what is left is a torn line
    void forget();  // what is left was cut off, and is no loss

private:
    void keep(std::string_view bytes);

    LineFaults& faults_;
    std::string rest_;
    bool skipping_ = false;
};

struct LogFilePlace {
    std::string path;
    WallTime written;  // last: no event in it is younger
    std::uint64_t inode = 0;
};

// The rotations of the log that lie beside it, oldest first, without the log itself; compressed ones too. Only regular files. Empty where the
// directory cannot be listed.
std::vector<LogFilePlace> rotations_of(const std::string& log);

// A regular file or a pipe, for reading. `follow_links`: the name is the user's own word, and may be a link.
Result<Fd> open_log(const std::string& path, bool follow_links);

// From the present position to the end; gzip, bzip2, xz and zstd are known by their first bytes and decompressed.
Status read_lines(int fd, const std::string& name, LineFaults& faults, const LineReceiver& receive);

// Is it compressed, so that it can only be read from its beginning?
bool is_compressed(int fd);

// The lines of the file's first `size` bytes from the last to the first; bytes behind the last newline are not a line. Reads no more than it must.
Status read_lines_backwards(int fd, std::uint64_t size, const std::string& name, LineFaults& faults, const LineReceiver& receive);

// Appends the last lines of the first `size` bytes that `accept` likes, the last one first, until `lines` has `wanted`. A compressed file is read whole.
Status take_last_lines(int fd, std::uint64_t size, const std::string& name, std::size_t wanted, LineFaults& faults, const LineReceiver& accept,
                       std::vector<std::string>& lines);

}  // namespace touchstone::reader
