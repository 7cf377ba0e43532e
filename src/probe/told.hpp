// What the probes have told: a map in the kernel (ts_seen), and what was heard of it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "map_walk.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/time.hpp"
#include "touchstone/wire.h"

namespace touchstone {

// Thread-safe. Bounded: all is told again when there are more than `most`.
class Told {
public:
    Told(int map, std::size_t most) : map_(map), most_(most) {}

    void remember(const TouchRecord& touch);
    // The next touch of it is told again, whoever does it.
    void forget(std::uint64_t inode);
    void forget_all();

    // Compares a part of the kernel's map: within `calls` calls it is noticed when something counts as told that never was. `now` is CLOCK_BOOTTIME.
    std::string examine(std::size_t calls, Nanoseconds now);

private:
    bool has(const ts_seen_key& key) const;
    void clear();

    const int map_;
    const std::size_t most_;
    std::mutex mutex_;
    std::unordered_multimap<std::uint64_t, ts_seen_key> by_inode_;
    MapWalk<ts_seen_key, std::uint64_t> walk_;
};

}  // namespace touchstone
