#include "cached_ranges.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace touchstone {
namespace {

constexpr std::uint64_t kWindow = 64 << 20;  // looked at at once: one byte for each of its pages

std::uint64_t page_size() {
    static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

}  // namespace

CachedRanges CachedRanges::of(int fd, std::uint64_t begin, std::uint64_t end) {
    CachedRanges made;
    const auto first = begin / page_size() * page_size();
    for (auto at = first; at < end; at += kWindow) made.look(fd, at, std::min(end, at + kWindow));
    return made;
}

void CachedRanges::look(int fd, std::uint64_t begin, std::uint64_t end) {
    const auto length = static_cast<std::size_t>(end - begin);
    std::vector<unsigned char> pages((length + page_size() - 1) / page_size());
    void* mapped = ::mmap(nullptr, length, PROT_NONE, MAP_SHARED, fd, static_cast<off_t>(begin));
    const bool told = mapped != MAP_FAILED && ::mincore(mapped, length, pages.data()) == 0;
    if (mapped != MAP_FAILED) ::munmap(mapped, length);
    if (!told) return add(begin, end);
    for (std::size_t i = 0; i < pages.size(); ++i)
        if ((pages[i] & 1) != 0) add(begin + i * page_size(), begin + (i + 1) * page_size());
}

void CachedRanges::add(std::uint64_t begin, std::uint64_t end) {
    if (!ranges_.empty() && (ranges_.back().end >= begin || ranges_.size() >= kMaxRanges))
        ranges_.back().end = end;
    else
        ranges_.push_back({begin, end});
}

void CachedRanges::drop_others(int fd, std::uint64_t begin, std::uint64_t end) const {
    const auto drop = [fd](std::uint64_t from, std::uint64_t to) {
        if (from < to) ::posix_fadvise(fd, static_cast<off_t>(from), static_cast<off_t>(to - from), POSIX_FADV_DONTNEED);
    };
    auto range = std::partition_point(ranges_.begin(), ranges_.end(), [begin](const Range& each) { return each.end <= begin; });
    for (; range != ranges_.end() && range->begin < end; ++range) {
        drop(begin, range->begin);
        begin = range->end;
    }
    drop(begin, end);
}

}  // namespace touchstone
