// Gaps and sweep requests waiting for a sweep. Bounded: what does not fit widens, with all the rest, to one gap of everything, swept as deep
// as the deepest of them asked and for changes since the earliest moment that one of them named. So nothing is forgotten.
#pragma once

#include <deque>
#include <optional>

#include "touchstone/touch_set.hpp"

namespace touchstone {

class Scopes {
public:
    explicit Scopes(std::size_t limit) : limit_(limit) {}

    void add(Gap gap);
    void add(SweepRequest request);
    std::optional<TouchSet::Work> take();
    std::size_t size() const { return gaps_.size() + requests_.size(); }

private:
    // What requests that became part of a gap had asked for.
    struct Lost {
        Gap gap;
        SweepDepth depth = SweepDepth::changed;
        WallTime unwatched_since{};
    };
    void add(Lost lost);
    void widen(WallTime wall, std::uint64_t lost);

    std::size_t limit_;
    std::deque<Lost> gaps_;
    std::deque<SweepRequest> requests_;
};

}  // namespace touchstone
