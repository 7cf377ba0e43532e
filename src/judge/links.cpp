#include "links.hpp"

#include <algorithm>

namespace touchstone {
namespace {

bool says_the_same(const Finding& one, const Finding& other) {
    if (one.action != other.action || one.action == Action::vanished || one.action == Action::renamed) return false;
    if (!one.after || !other.after || one.after->id.inode == 0 || one.after->id != other.after->id) return false;
    return one.changes == other.changes && one.differs_from_baseline == other.differs_from_baseline;
}

void absorb(Finding& primary, Finding other) {
    if (other.touch.first < primary.touch.first) std::swap(primary, other);
    primary.other_paths.insert(primary.other_paths.end(), other.other_paths.begin(), other.other_paths.end());
    primary.other_paths.push_back(std::move(other.path));
    primary.via.insert(primary.via.end(), other.via.begin(), other.via.end());
    if (other.verdict < primary.verdict) {  // as a whole it is no more legitimate than under its worst name
        primary.verdict = other.verdict;
        primary.evidence = std::move(other.evidence);
    }
    primary.severity = std::max(primary.severity, other.severity);
    if (primary.touch.actors.empty() && !other.touch.actors.empty()) {
        primary.touch.actors = std::move(other.touch.actors);
        primary.touch.actors_complete = other.touch.actors_complete;
        primary.touch.actor_unknown.clear();
    }
}

}  // namespace

std::vector<Finding> merge_links(std::vector<Finding> findings) {
    std::vector<Finding> merged;
    for (auto& finding : findings) {
        const auto same = std::find_if(merged.begin(), merged.end(), [&](const Finding& each) { return says_the_same(each, finding); });
        if (same == merged.end())
            merged.push_back(std::move(finding));
        else
            absorb(*same, std::move(finding));
    }
    return merged;
}

}  // namespace touchstone
