// What the probes watch: a map in the kernel (ts_watched), and what it was meant to hold.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "map_walk.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/wire.h"

namespace touchstone {

// Thread-safe. The kernel's map stands in the one place of another (ts_filter): when it is full, a larger one takes that place.
class Filter {
public:
    Filter(int place, std::uint32_t room, std::uint32_t most);

    // Makes the first map. Before that nothing is watched.
    Status open();

    Status enter(KernelObject object, std::uint32_t flags);  // E2BIG: there are `most`
    void remove(KernelObject object);

    // Compares a part of the kernel's map, so that whatever is altered in it is noticed within `calls` calls. "" when nothing was found.
    std::string examine(std::size_t calls);
    // A new map with what was put there, in the place of the old one.
    Status restore();

private:
    struct Entry {
        std::uint32_t flags = 0;
        std::uint32_t since = 0, met = 0;  // walks
    };

    Status rebuild(std::uint32_t room);
    Status make_room();
    bool is_in_place() const;
    std::string meet(const ts_object& key, std::uint32_t flags);
    void begin_walk();

    const int place_;
    std::uint32_t room_;
    const std::uint32_t most_;

    std::mutex mutex_;
    Fd map_;
    std::uint32_t id_ = 0;
    std::unordered_map<KernelObject, Entry, KernelObjectHash> entered_;

    MapWalk<ts_object, std::uint32_t> walk_;
    std::uint32_t number_ = 0;              // of this walk
    std::size_t older_ = 0, met_older_ = 0;  // entries that were there before it, and how many of them it has met
};

}  // namespace touchstone
