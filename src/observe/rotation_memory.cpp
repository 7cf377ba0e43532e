#include "rotation_memory.hpp"

namespace touchstone {

void RotationMemory::add(const KnownLog& log, const std::string& to, WallTime at) {
    const std::lock_guard lock(mutex_);
    shown_.push_back({log, to, at});
    bytes_ += size_of(shown_.back());
    while (shown_.size() > kMaxShown || bytes_ > kMaxBytes || shown_.front().at + kKept < at) drop_oldest();
}

void RotationMemory::drop_oldest() {
    bytes_ -= size_of(shown_.front());
    shown_.pop_front();
}

std::vector<RotationMemory::Shown> RotationMemory::of(const std::string& path, WallTime now) const {
    const std::lock_guard lock(mutex_);
    std::vector<Shown> found;
    for (auto each = shown_.rbegin(); each != shown_.rend() && each->at + kKept >= now; ++each)
        if (each->log.path == path) found.push_back(*each);
    return found;
}

std::optional<WallTime> RotationMemory::shown_at(const std::string& to, WallTime now) const {
    const std::lock_guard lock(mutex_);
    for (auto each = shown_.rbegin(); each != shown_.rend() && each->at + kKept >= now; ++each)
        if (each->to == to) return each->at;
    return std::nullopt;
}

}  // namespace touchstone
