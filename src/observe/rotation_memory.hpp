// What was lately shown of rotations: the look that comes second must still know what the first one's judgement has replaced.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/object.hpp"

namespace touchstone {

// A log as it was known.
struct KnownLog {
    std::string path;
    ObjectId id;
    std::uint32_t mode = 0, uid = 0, gid = 0;
    BlockDigests blocks;
    WallTime known_at{};
};

// Thread-safe. Bounded by age, number and bytes; what is forgotten early costs a finding, never hides one.
class RotationMemory {
public:
    struct Shown {
        KnownLog log;
        std::string to;  // the sibling that holds it; its own name for what it has grown from
        WallTime at{};
    };

    void add(const KnownLog& log, const std::string& to, WallTime at);
    // What was shown of the log at `path` not long before `now`, latest first.
    std::vector<Shown> of(const std::string& path, WallTime now) const;
    // When the sibling at `to` was last shown to hold what was known of a log, not long before `now`.
    std::optional<WallTime> shown_at(const std::string& to, WallTime now) const;

private:
    static constexpr Nanoseconds kKept = std::chrono::minutes(5);
    static constexpr std::size_t kMaxShown = 4'096;
    static constexpr std::size_t kMaxBytes = 4 << 20;

    static std::size_t size_of(const Shown& shown) { return shown.log.path.size() + shown.to.size() + shown.log.blocks.full.size(); }
    void drop_oldest();

    mutable std::mutex mutex_;
    std::deque<Shown> shown_;  // oldest first
    std::size_t bytes_ = 0;
};

}  // namespace touchstone
