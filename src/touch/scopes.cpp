#include "scopes.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

bool covers(const std::string& outer, const std::string& inner) { return outer.empty() || (!inner.empty() && is_within(inner, outer)); }

}  // namespace

void Scopes::add(Gap gap) {
    for (auto& waiting : gaps_) {
        if (!covers(waiting.scope, gap.scope)) continue;
        // Lost counts add up only while all of them are known.
        waiting.lost = waiting.lost == 0 || gap.lost == 0 ? 0 : waiting.lost + gap.lost;
        if (waiting.reason.find(gap.reason) == std::string::npos) waiting.reason += "; " + gap.reason;
        return;
    }
    std::erase_if(gaps_, [&](const Gap& waiting) {
        if (!covers(gap.scope, waiting.scope)) return false;
        gap.lost = waiting.lost == 0 || gap.lost == 0 ? 0 : waiting.lost + gap.lost;
        if (gap.reason.find(waiting.reason) == std::string::npos) gap.reason += "; " + waiting.reason;
        return true;
    });
    if (size() >= limit_ && !gap.scope.empty()) return widen(gap.wall, gap.lost);
    gaps_.push_back(std::move(gap));
}

void Scopes::add(SweepRequest request) {
    const bool covered = std::any_of(requests_.begin(), requests_.end(), [&](const SweepRequest& waiting) {
        return covers(waiting.scope, request.scope) && waiting.depth >= request.depth && waiting.unwatched_since == request.unwatched_since &&
               waiting.actor == request.actor && waiting.announce >= request.announce;
    });
    if (covered) return;
    // What names a new tree's writer is lost by widening, but the tree is not.
    if (size() >= limit_) return widen(WallTime{}, 0);
    requests_.push_back(std::move(request));
}

std::optional<TouchSet::Work> Scopes::take() {
    if (!gaps_.empty()) {
        TouchSet::Work work{std::move(gaps_.front()), {}};
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

void Scopes::widen(WallTime wall, std::uint64_t lost) {
    // Requests for the full depth or with a window say more than a gap: they stay.
    std::erase_if(requests_, [](const SweepRequest& waiting) {
        return waiting.depth == SweepDepth::changed && waiting.unwatched_since == WallTime{} && !waiting.announce;
    });
    add(Gap{"", "too many scopes to sweep", lost, wall});
}

}  // namespace touchstone
