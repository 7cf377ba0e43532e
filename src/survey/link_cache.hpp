// A file with several names is hashed once. Entries hold for one state of the inode: identity, size and a ctime that is not racy.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "touchstone/object.hpp"
#include "touchstone/rule.hpp"

namespace touchstone {

class LinkCache {
public:
    explicit LinkCache(std::size_t limit) : limit_(limit) {}

    // The digest that an earlier look of this survey gave the same inode in the same state.
    std::optional<std::string> find(const Attributes& seen) const;

    // One thread at a time reads an inode: false when another has it, and its digest will be here later. True: release() it. For what has one name
    // always true, and nothing need be released.
    bool claim(const struct statx& status);
    void release(const struct statx& status);

    // Keeps its digest when it can serve: a regular file, more than one link, and a ctime that proves something.
    void put(const Observation& observation);

private:
    using Key = std::tuple<ObjectId, std::uint64_t, WallTime>;
    static Key key_of(const Attributes& seen) { return {seen.id, seen.size, seen.ctime}; }

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::map<Key, std::string> digests_;
    std::deque<Key> order_;  // oldest first
    std::set<ObjectId> claimed_;
};

}  // namespace touchstone
