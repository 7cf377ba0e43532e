// Findings that a source of truth which answers late may still account for, or better than it did. Recorder thread only.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/judge.hpp"
#include "touchstone/panel.hpp"

namespace touchstone {

class Amendments {
public:
    explicit Amendments(std::size_t most) : most_(most) {}

    // The unexpected finding with this id was reported of the subject. The oldest go when there are too many: they stay unexpected. True when that has begun,
    // which is once until there is room for half of them again.
    bool add(std::string event_id, const Subject& subject, WallTime now);

    // Asks again when the source of any provider has moved since the last call. `stands` says whether the object is still as it was reported. What is amended
    // to expected may be amended once more, to authorized: as many of these are kept as unexpected ones, and the oldest go.
    struct Amended {
        std::string event_id;
        std::optional<Finding> before;  // as it was amended the last time; nullopt: it was unexpected
        Finding finding;  // with its new verdict and evidence
        Judgement::Effect effect;
    };
    std::vector<Amended> reconsider(Panel& panel, DigestAlgorithm digest, WallTime now, const std::function<bool(const Observation&)>& stands);

    std::size_t waiting() const { return unexpected_.size(); }
    std::uint64_t given_up() const { return given_up_; }  // for want of room

    static constexpr Nanoseconds kFor = std::chrono::hours(1);  // since it was reported, or amended

private:
    struct Open {
        std::string event_id;
        Subject subject;
        WallTime at{};
        std::optional<Finding> amended;
        Verdict verdict() const { return amended ? amended->verdict : Verdict::unexpected; }
    };
    using Queue = std::deque<Open>;  // oldest first
    struct Asking {
        Panel& panel;
        DigestAlgorithm digest;
        const std::function<bool(const Observation&)>& stands;
    };
    // Whether it is over with one of the queue; what is better accounted for now is added to `amended`.
    static bool is_over(Open& open, const Asking& asking, std::vector<Amended>& amended);

    std::size_t most_;
    Queue unexpected_, expected_;
    std::uint64_t version_ = 0;
    std::uint64_t given_up_ = 0;
    bool full_ = false;
};

}  // namespace touchstone
