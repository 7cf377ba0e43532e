// A log that is being written, followed from file to file. One thread; reads block only on the disk.
#pragma once

#include <cstdint>
#include <string>

#include "touchstone/log_files.hpp"

namespace touchstone::reader {

// Survives rotation by renaming, also several in a row, and by copying and truncating: every line once, those that only a rotation holds as well.
class LogTail {
public:
    // Goes on with the line that holds byte `offset` of `log`. `log` may be none: then the file is waited for.
    LogTail(std::string path, bool follow_links, Fd log, std::uint64_t offset, LineFaults& faults);

    // Readable when something happened in the log's directory; -1 where the kernel gives no watch. Not all file systems tell: call drain() at least once a second.
    int wakeup() const { return inotify_.get(); }

    // Everything that is there now. Ends early when the receiver has had enough.
    Status drain(const LineReceiver& receive);

    // How often the log was cut and what it had held before was in no rotation: lines may be missing.
    std::uint64_t cuts() const { return cuts_; }

private:
    struct Identity {
        std::uint64_t device = 0, inode = 0;
        bool operator==(const Identity&) const = default;
    };

    void clear_wakeup();
    Status read_on(const LineReceiver& receive);
    Status read_rotations_since(WallTime written, std::uint64_t but_for_inode, const LineReceiver& receive);
    bool is_cut(std::uint64_t size) const;
    void go_on_in_copy(const LineReceiver& receive);
    bool go_on_in(int copy, const std::string& name, const LineReceiver& receive);
    bool take_successor(const LineReceiver& receive);
    void begin(Fd log);

    const std::string path_;
    const bool follow_links_;
    Fd inotify_;
    LineFaults& faults_;
    Fd log_;
    Identity identity_;
    std::uint64_t offset_ = 0;      // of the next byte to read
    std::uint64_t line_begin_ = 0;  // of the line that it belongs to
    std::string last_;              // the last bytes before line_begin_: what was read is there still when they are
    LineSplitter lines_;
    bool enough_ = false;
    std::uint64_t cuts_ = 0;
};

}  // namespace touchstone::reader
