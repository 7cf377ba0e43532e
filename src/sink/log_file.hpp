// The JSON log's file: opening, appending whole lines, knowing where it ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "touchstone/fd.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// Where in which file the log ends; the text form is the cursor's position.
struct LogPosition {
    ObjectId file;
    std::uint64_t offset = 0;
};
std::string to_text(const LogPosition& position);  // "dev:inode:offset"
std::optional<LogPosition> parse_log_position(std::string_view text);

class LogFile {
public:
    // For appending and for reading back; never follows a link at the end of `path`, never opens but a regular file.
    // Makes the file (0600) and the directories above it (0750) when missing.
    static Result<LogFile> open(const std::string& path);
    static Result<LogFile> open_existing(const std::string& path);

    ObjectId id() const { return end_.file; }
    int fd() const { return fd_.get(); }
    const LogPosition& end() const { return end_; }  // after what was last appended or cut
    bool is_named(const std::string& path) const;    // false once it was renamed, replaced or removed
    bool is_removed() const;                         // true once no name is left of it

    // All or part of `lines` (each ending in a newline): `bytes` of whole lines are in the file now, and nothing of a line behind them.
    // Less than all only together with `error`.
    struct Appended {
        std::size_t bytes = 0;
        std::optional<Error> error;
    };
    Appended append(std::string_view lines);

    Status cut(std::uint64_t offset);  // only ever what we wrote ourselves
    Status sync();

private:
    LogFile(Fd fd, LogPosition end, std::string path) : fd_(std::move(fd)), end_(end), path_(std::move(path)) {}
    static Result<LogFile> wrap(Fd fd, const std::string& path);
    Status end_open_line();  // somebody else's last line without a newline: ours must not be glued to it

    Fd fd_;
    LogPosition end_;
    std::string path_;  // for errors
};

}  // namespace touchstone
