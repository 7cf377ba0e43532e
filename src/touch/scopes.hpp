// Gaps and sweep requests waiting for a sweep. Bounded: what does not fit widens to one gap of everything, so nothing is forgotten.
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
    void widen(WallTime wall, std::uint64_t lost);

    std::size_t limit_;
    std::deque<Gap> gaps_;
    std::deque<SweepRequest> requests_;
};

}  // namespace touchstone
