#include "told.hpp"

#include <bpf/bpf.h>

#include <algorithm>

#include "identity.hpp"

namespace touchstone {
namespace {

constexpr Nanoseconds kUnread = std::chrono::seconds(5);  // what is younger may not have been read yet

bool same(const ts_seen_key& a, const ts_seen_key& b) {
    return a.object.inode == b.object.inode && a.object.device == b.object.device && a.start == b.start && a.tgid == b.tgid;
}

}  // namespace

void Told::remember(const TouchRecord& touch) {
    const ts_seen_key key{to_wire(touch.object), touch.process.start, static_cast<std::uint32_t>(touch.process.pid), 0};
    const std::lock_guard lock(mutex_);
    if (by_inode_.size() >= most_) clear();
    by_inode_.emplace(touch.object.inode, key);
}

void Told::forget(std::uint64_t inode) {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = by_inode_.equal_range(inode);
    for (auto each = first; each != last; ++each) bpf_map_delete_elem(map_, &each->second);
    by_inode_.erase(first, last);
}

void Told::forget_all() {
    const std::lock_guard lock(mutex_);
    clear();
}

void Told::clear() {
    std::vector<ts_seen_key> keys;
    MapWalk<ts_seen_key, std::uint64_t>().advance(map_, 2 * most_, [&](const ts_seen_key& key, std::uint64_t) { keys.push_back(key); });
    for (const auto& key : keys) bpf_map_delete_elem(map_, &key);
    by_inode_.clear();
}

bool Told::has(const ts_seen_key& key) const {
    const auto [first, last] = by_inode_.equal_range(key.object.inode);
    return std::any_of(first, last, [&](const auto& entry) { return same(entry.second, key); });
}

std::string Told::examine(std::size_t calls, Nanoseconds now) {
    const std::lock_guard lock(mutex_);
    bool strange = false;
    walk_.advance(map_, share_of(by_inode_.size(), calls), [&](const ts_seen_key& key, std::uint64_t when) {
        strange = strange || (Nanoseconds(static_cast<std::int64_t>(when)) + kUnread < now && !has(key));
    });
    return strange ? "a touch was marked as told that never was" : "";
}

}  // namespace touchstone
