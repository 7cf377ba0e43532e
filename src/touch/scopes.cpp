#include "scopes.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

bool covers(const std::string& outer, const std::string& inner) { return outer.empty() || (!inner.empty() && is_within(inner, outer)); }

// Lost counts add up only while all of them are known.
void join(Gap& gap, const Gap& other) {
    gap.lost = gap.lost == 0 || other.lost == 0 ? 0 : gap.lost + other.lost;
    if (gap.reason.find(other.reason) == std::string::npos) gap.reason += "; " + other.reason;
}

WallTime earlier(WallTime one, WallTime other) {
    if (one == WallTime{} || other == WallTime{}) return std::max(one, other);
    return std::min(one, other);
}

}  // namespace

void Scopes::add(Gap gap) { add(Lost{std::move(gap)}); }

void Scopes::add(Lost lost) {
    for (auto& waiting : gaps_) {
        if (!covers(waiting.gap.scope, lost.gap.scope)) continue;
        join(waiting.gap, lost.gap);
        waiting.depth = std::max(waiting.depth, lost.depth);
        waiting.unwatched_since = earlier(waiting.unwatched_since, lost.unwatched_since);
        return;
    }
    std::erase_if(gaps_, [&](const Lost& waiting) {
        if (!covers(lost.gap.scope, waiting.gap.scope)) return false;
        join(lost.gap, waiting.gap);
        lost.depth = std::max(lost.depth, waiting.depth);
        lost.unwatched_since = earlier(lost.unwatched_since, waiting.unwatched_since);
        return true;
    });
    if (size() >= limit_ && !lost.gap.scope.empty()) return widen(lost.gap.wall, lost.gap.lost);
    gaps_.push_back(std::move(lost));
}

void Scopes::add(SweepRequest request) {
    const bool covered = std::any_of(requests_.begin(), requests_.end(), [&](const SweepRequest& waiting) {
        return covers(waiting.scope, request.scope) && waiting.depth >= request.depth && waiting.unwatched_since == request.unwatched_since &&
               waiting.actor == request.actor && waiting.announce >= request.announce && waiting.learn >= request.learn;
    });
    if (covered) return;
    requests_.push_back(std::move(request));
    if (size() > limit_) widen(WallTime{}, 0);
}

std::optional<TouchSet::Work> Scopes::take() {
    if (!gaps_.empty()) {
        TouchSet::Work work{std::move(gaps_.front().gap), {}};
        work.sweep.depth = gaps_.front().depth;
        work.sweep.unwatched_since = gaps_.front().unwatched_since;
        gaps_.pop_front();
        work.sweep.scope = work.gap->scope;
        work.sweep.reason = "gap: " + work.gap->reason;
        work.sweep.actor_unknown = "the touch was lost in a gap";
        return work;
    }
    if (requests_.empty()) return std::nullopt;
    TouchSet::Work work{std::nullopt, std::move(requests_.front())};
    requests_.pop_front();
    return work;
}

// Who moved a new tree here is lost by widening, but the tree is not.
void Scopes::widen(WallTime wall, std::uint64_t lost) {
    Lost everything{Gap{"", "too many scopes to sweep", lost, wall}};
    for (const auto& request : requests_) {
        everything.depth = std::max(everything.depth, request.depth);
        everything.unwatched_since = earlier(everything.unwatched_since, request.unwatched_since);
    }
    requests_.clear();
    add(std::move(everything));
}

}  // namespace touchstone
