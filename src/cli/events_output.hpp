// Lines on standard output: gathered, and given up quietly when nobody reads any more.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace touchstone::cli {

class EventsOutput {
public:
    // `last`: only that many of the last lines, once all are known.
    explicit EventsOutput(std::optional<std::size_t> last) : last_(last) {}

    void add(std::string_view text);
    void flush();
    void finish();  // also what was kept for being the last

    void close() { open_ = false; }
    bool open() const { return open_; }  // false: the reader has gone, or the disk is full
    int error() const { return error_; }
    std::size_t count() const { return count_; }

private:
    std::optional<std::size_t> last_;
    std::deque<std::string> kept_;
    std::string buffer_;
    std::size_t count_ = 0;
    bool open_ = true;
    int error_ = 0;  // not that of a closed pipe
};


}  // namespace touchstone::cli
