#include "link_cache.hpp"

namespace touchstone {

std::optional<std::string> LinkCache::find(const Attributes& seen) const {
    if (seen.link_count < 2) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto found = digests_.find(key_of(seen));
    return found == digests_.end() ? std::nullopt : std::optional(found->second);
}

void LinkCache::put(const Observation& observation) {
    const Attributes* seen = observation.attributes();
    if (!seen || seen->type != FileType::regular || seen->link_count < 2 || seen->digest.empty()) return;
    if (is_racy(seen->ctime, observation.looked_at)) return;
    const std::lock_guard lock(mutex_);
    if (!digests_.emplace(key_of(*seen), seen->digest).second) return;
    order_.push_back(key_of(*seen));
    if (order_.size() <= limit_) return;
    digests_.erase(order_.front());
    order_.pop_front();
}

}  // namespace touchstone
