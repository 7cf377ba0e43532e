// How far the background verification has come, and what that says of the age of what it has verified. Kept in the state between runs.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "touchstone/time.hpp"

namespace touchstone {

// One way through all that is known, in the order of directories.
struct Round {
    WallTime begun{};
    WallTime ended{};  // 0: it goes on
    std::uint64_t objects = 0, bytes = 0, differences = 0;  // verified; read; put for a look because they differ
    std::uint64_t unreadable = 0, changing = 0, logs = 0;   // of the objects, those that were not: unreadable, just being written, left to log_period
    std::uint64_t measured = 0, measured_bytes = 0;         // of the objects, those verified by fs-verity; not read because of that
    // Now and then: when how many objects had been verified. Ascending, kMarks at most.
    struct Mark {
        WallTime at{};
        std::uint64_t objects = 0;
    };
    std::deque<Mark> marks;

    static constexpr std::size_t kMarks = 64;
    void mark(WallTime now);
    // When the object was verified that came after `objects` others; no later than that.
    WallTime verified_at(std::uint64_t objects) const;
    // How many, of those behind the first `skipped`, were verified at `since` or later; no more than that.
    std::uint64_t verified_since(WallTime since, std::uint64_t skipped) const;
};

// Not thread-safe.
class Rounds {
public:
    // What to_text() gave; anything else begins anew.
    static Rounds from_text(const std::string& text);
    std::string to_text() const;

    Round& now() { return now_; }
    const Round& now() const { return now_; }
    const std::optional<Round>& last() const { return last_; }
    // The directory that was verified last; "" at the beginning.
    std::string after;

    void begin(WallTime at);  // unless one goes on
    void end(WallTime at);
    void give_up();  // the one that goes on

    // Everything was verified since then; 0: something never was.
    WallTime oldest() const;
    // Of `objects` known ones, 0 to 1: the share that was verified at `since` or later.
    double share_since(WallTime since, std::uint64_t objects) const;

private:
    Round now_;
    std::optional<Round> last_;
};

}  // namespace touchstone
