// A file with several names is hashed once. Entries hold for one state of the inode: identity, size and a ctime that is not racy.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "touchstone/object.hpp"
#include "touchstone/rule.hpp"

namespace touchstone {

class LinkCache {
public:
    explicit LinkCache(std::size_t limit) : limit_(limit) {}

    // What an earlier look of this survey found of the same inode in the same state.
    std::optional<Observation> find(ObjectId id, std::uint64_t size, WallTime ctime) const;

    // Keeps it when it can serve: a regular file, more than one link, a digest, and a ctime that proves something.
    void put(const Observation& observation);

private:
    using Key = std::tuple<ObjectId, std::uint64_t, WallTime>;
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::map<Key, Observation> entries_;
    std::deque<Key> order_;  // oldest first
};

}  // namespace touchstone
