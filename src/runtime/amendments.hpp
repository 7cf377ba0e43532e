// Unexpected findings that a source of truth which answers late may still account for. Recorder thread only.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "touchstone/judge.hpp"
#include "touchstone/panel.hpp"

namespace touchstone {

class Amendments {
public:
    explicit Amendments(std::size_t most) : most_(most) {}

    // The finding with this id was reported of the subject. The oldest go when there are too many: they stay unexpected. True when that has begun, which
    // is once until there is room for half of them again.
    bool add(std::string event_id, const Subject& subject, WallTime now);

    // Asks again when the source of any provider has moved since the last call. `stands` says whether the object is still as it was reported.
    struct Amended {
        std::string event_id;
        Finding finding;  // with its new verdict and evidence
        Judgement::Effect effect;
    };
    std::vector<Amended> reconsider(Panel& panel, DigestAlgorithm digest, WallTime now, const std::function<bool(const Observation&)>& stands);

    std::size_t waiting() const { return open_.size(); }
    std::uint64_t given_up() const { return given_up_; }  // for want of room

    static constexpr Nanoseconds kFor = std::chrono::hours(1);

private:
    struct Open {
        std::string event_id;
        Subject subject;
        WallTime at{};
    };
    std::size_t most_;
    std::deque<Open> open_;  // oldest first
    std::uint64_t version_ = 0;
    std::uint64_t given_up_ = 0;
    bool full_ = false;
};

}  // namespace touchstone
