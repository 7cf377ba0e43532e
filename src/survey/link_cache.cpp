#include "link_cache.hpp"

#include <sys/sysmacros.h>

namespace touchstone {
namespace {

bool has_several_names(const struct statx& status) { return S_ISREG(status.stx_mode) && status.stx_nlink > 1; }
ObjectId id_of(const struct statx& status) { return {makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino}; }

}  // namespace

bool LinkCache::claim(const struct statx& status) {
    if (!has_several_names(status)) return true;
    const std::lock_guard lock(mutex_);
    return claimed_.insert(id_of(status)).second;
}

void LinkCache::release(const struct statx& status) {
    if (!has_several_names(status)) return;
    const std::lock_guard lock(mutex_);
    claimed_.erase(id_of(status));
}

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
