#include "link_cache.hpp"

namespace touchstone {

std::optional<Observation> LinkCache::find(ObjectId id, std::uint64_t size, WallTime ctime) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find({id, size, ctime});
    if (found == entries_.end()) return std::nullopt;
    return found->second;
}

void LinkCache::put(const Observation& observation) {
    const Attributes* seen = observation.attributes();
    if (!seen || seen->type != FileType::regular || seen->link_count < 2 || seen->digest.empty()) return;
    if (is_racy(seen->ctime, observation.looked_at)) return;
    const Key key{seen->id, seen->size, seen->ctime};
    const std::lock_guard lock(mutex_);
    if (!entries_.emplace(key, observation).second) return;
    order_.push_back(key);
    if (order_.size() <= limit_) return;
    entries_.erase(order_.front());
    order_.pop_front();
}

}  // namespace touchstone
