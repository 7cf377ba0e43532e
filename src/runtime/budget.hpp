// A share of one CPU, kept by sleeping.
#pragma once

#include <algorithm>

#include "touchstone/time.hpp"

namespace touchstone {

// Not thread-safe. Pure: times are arguments.
class Budget {
public:
    explicit Budget(double share) : share_(share) {}

    // `used` CPU time was spent within `elapsed`. How long to sleep now, so that no more than the share was used. What was saved by idling is not
    // spent later: after an hour of nothing, work goes on at the same pace.
    Nanoseconds charge(Nanoseconds used, Nanoseconds elapsed) {
        owed_ = std::max(Nanoseconds{}, owed_ + std::chrono::duration_cast<Nanoseconds>(used / share_) - elapsed);
        return owed_;
    }

private:
    double share_;
    Nanoseconds owed_{};  // of time in which nothing may be used
};

}  // namespace touchstone
