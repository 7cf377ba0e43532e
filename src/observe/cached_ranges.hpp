// What of a file was in the page cache before it was read, so that reading it leaves the cache as it was. For kernels before 6.14 and file systems
// that know no RWF_DONTCACHE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace touchstone {

class CachedRanges {
public:
    // Of [begin, end) of an open file, by mincore(2). What the kernel does not tell (it tells owners, writers and CAP_FOWNER only) counts as cached,
    // and so does what lies behind kMaxRanges pieces.
    static CachedRanges of(int fd, std::uint64_t begin, std::uint64_t end);

    // Drops from the cache what lies in [begin, end) and was not in it. Whole pages only; what is dirty or mapped stays.
    void drop_others(int fd, std::uint64_t begin, std::uint64_t end) const;

    static constexpr std::size_t kMaxRanges = 65'536;

private:
    void look(int fd, std::uint64_t begin, std::uint64_t end);
    void add(std::uint64_t begin, std::uint64_t end);

    struct Range {
        std::uint64_t begin, end;
    };
    std::vector<Range> ranges_;  // ascending, none touches the next
};

}  // namespace touchstone
