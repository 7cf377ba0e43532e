// Names that renames link, waiting together. Not thread-safe; the touch set guards it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "touchstone/pending.hpp"
#include "touchstone/touch_set.hpp"

namespace touchstone {

struct Entry {
    TouchedName name;
    SteadyTime first{}, last{};
    bool gone = false;  // the last name act took it away
    bool made = false;  // created or moved here since it was last looked at
    bool open = false;  // written or created, and not closed since
    std::string compared;          // the actor_unknown of who only compared: it holds where nothing else touched the name
    SteadyTime awaited_until{};    // while it is open, it is not ready before
    SteadyTime untouched_until{};  // while nothing touches it, it is not ready before
};

struct Group {
    std::vector<Entry> entries;
    std::vector<Rename> renames;
    SteadyTime not_before{};  // growing distance
    SteadyTime ready{};

    Entry* find(const std::string& path);
};

// Takes a touch of `entry.name.path` into the entry. For `moved`, `arrives` says which end the entry is.
void record(Entry& entry, const Touch& touch, bool arrives, std::size_t actor_limit);

// As it is handed out.
TouchedName handed_out(const Entry& entry);

// Folds `from` into `to`, which is of the same name.
void merge(Entry& to, Entry&& from, std::size_t actor_limit);

SteadyTime ready_at(const Group& group, const SettleTimes& times);

}  // namespace touchstone
