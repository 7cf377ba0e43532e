// Watched files that are mapped shared and writable. What is stored through a mapping to a page that is writable already tells nothing.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "touchstone/probe.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

// Not thread-safe. A file whose pages are written back is looked at once when it is found (from then on each store is told, for it is written back before
// it is read); one of a file system that writes nothing back (tmpfs) again and again, with growing distance, until it is mapped no more.
class MappedFiles {
public:
    // A probe's word of a touch, in which the number of writable mappings stands.
    void told(const TouchRecord& touch, bool written_back, SteadyTime now);

    // All that there are now. What is not among them, and was not told since the last time, is mapped no more. Gives how many found no room.
    struct Found {
        MappedFile file;
        bool written_back = true;
    };
    std::size_t found(std::vector<Found> files, SteadyTime now);

    bool contains(std::uint64_t inode) const { return files_.contains(inode); }

    // Those that are to be looked at now.
    std::vector<MappedFile> due(SteadyTime now);

    static constexpr std::size_t kMost = 65'536;
    static constexpr Nanoseconds kFirst = std::chrono::seconds(1), kLongest = std::chrono::minutes(1);
    static constexpr Nanoseconds kAfterTouch = std::chrono::seconds(10);  // which is looked at itself, and with it whoever stored is known

private:
    struct Entry {
        MappedFile file;
        bool written_back = true;
        SteadyTime due{};
        Nanoseconds wait = kFirst;
        std::uint64_t heard = 0;  // when it was last told or found
    };
    using Files = std::unordered_multimap<std::uint64_t, Entry>;  // by inode
    Files::iterator find(const KernelObject& object);
    Entry* enter(MappedFile file, bool written_back, SteadyTime due);

    Files files_;
    std::uint64_t times_ = 0;  // that all were found
};

// Whether this type of file system writes pages back, and so makes them tell the next store.
bool is_written_back(std::string_view type);

}  // namespace touchstone
