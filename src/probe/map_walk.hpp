// Reading a hash map of the kernel through, some entries at a time.
#pragma once

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace touchstone {

// One system call reads many entries, where the kernel can do that. Entries that stay in the map for a whole walk are met at least once; with a
// kernel that reads them singly, one that is removed between two calls begins the walk anew.
template <class Key, class Value>
class MapWalk {
public:
    // Hands on the next entries, `wanted` or some more, by each(key, value). True when the end was reached: the next call begins a new walk.
    template <class Each>
    bool advance(int map, std::size_t wanted, const Each& each) {
        for (std::size_t handed = 0; handed < wanted; handed += count_) {
            const bool more = batches_ ? read_batch(map, wanted - handed) : read_one(map);
            for (std::uint32_t i = 0; i < count_; ++i) each(keys_[i], values_[i]);
            if (more) continue;
            begun_ = false;
            return true;
        }
        return false;
    }

    void restart() { begun_ = false; }

private:
    static constexpr std::size_t kBucket = 64, kMost = 1u << 22;

    // The kernel hands out whole buckets, and ENOSPC says that the next one has more entries than there is room.
    bool read_batch(int map, std::size_t wanted) {
        for (std::size_t room = wanted + kBucket; room < kMost; room *= 2) {
            keys_.resize(room);
            values_.resize(room);
            count_ = static_cast<std::uint32_t>(room);
            Key next{};
            const int result = bpf_map_lookup_batch(map, begun_ ? &at_ : nullptr, &next, keys_.data(), values_.data(), &count_, nullptr);
            if (result == 0 || errno == ENOENT) {
                at_ = next;
                begun_ = true;
                return result == 0;
            }
            if (errno != ENOSPC) break;
        }
        batches_ = begun_ = false;
        return read_one(map);
    }

    bool read_one(int map) {
        keys_.resize(1);
        values_.resize(1);
        count_ = 0;
        if (bpf_map_get_next_key(map, begun_ ? &at_ : nullptr, keys_.data()) != 0) return false;
        at_ = keys_[0];
        begun_ = true;
        count_ = bpf_map_lookup_elem(map, keys_.data(), values_.data()) == 0 ? 1 : 0;  // gone meanwhile
        return true;
    }

    Key at_{};  // the last key, or what the kernel says of where the next batch begins
    bool begun_ = false, batches_ = true;
    std::uint32_t count_ = 0;
    std::vector<Key> keys_;
    std::vector<Value> values_;
};

// How many entries are read in each call. A walk takes at most half of the calls that it may take until an alteration is noticed: what is altered behind
// one walk is met by the next.
inline std::size_t share_of(std::size_t entries, std::size_t calls) {
    constexpr std::size_t kFewest = 64;
    return std::max(entries / std::max<std::size_t>(calls / 2, 1) + 1, kFewest);
}

}  // namespace touchstone
