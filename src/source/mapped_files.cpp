#include "mapped_files.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace touchstone {
namespace {

constexpr std::array<std::string_view, 4> kInMemory{"devtmpfs", "hugetlbfs", "ramfs", "tmpfs"};

}  // namespace

bool is_written_back(std::string_view type) { return std::find(kInMemory.begin(), kInMemory.end(), type) == kInMemory.end(); }

MappedFiles::Files::iterator MappedFiles::find(const KernelObject& object) {
    const auto [first, last] = files_.equal_range(object.inode);
    const auto found = std::find_if(first, last, [&](const auto& each) { return each.second.file.object == object; });
    return found == last ? files_.end() : found;
}

MappedFiles::Entry* MappedFiles::enter(MappedFile file, bool written_back, SteadyTime due) {
    if (files_.size() >= kMost) return nullptr;
    const auto inode = file.object.inode;
    return &files_.emplace(inode, Entry{std::move(file), written_back, due, kFirst, times_})->second;
}

void MappedFiles::told(const TouchRecord& touch, bool written_back, SteadyTime now) {
    const auto known = find(touch.object);
    if (touch.writable_mappings <= 0) {
        if (known != files_.end()) files_.erase(known);
        return;
    }
    Entry* entry = known != files_.end() ? &known->second
                                         : enter({touch.object, touch.parent, touch.name, touch.links}, written_back, SteadyTime::max());
    if (entry == nullptr) return;  // which the next found() says
    entry->heard = times_;
    entry->wait = kFirst;
    if (!written_back) entry->due = now + kAfterTouch;
}

std::size_t MappedFiles::found(std::vector<Found> files, SteadyTime now) {
    std::size_t without_room = 0;
    ++times_;
    for (auto& each : files) {
        const auto known = find(each.file.object);
        if (known == files_.end()) {
            if (enter(std::move(each.file), each.written_back, now) == nullptr) ++without_room;
            continue;
        }
        known->second.heard = times_;
        known->second.file = std::move(each.file);
    }
    std::erase_if(files_, [&](const auto& each) { return each.second.heard + 1 < times_; });
    return without_room;
}

std::vector<MappedFile> MappedFiles::due(SteadyTime now) {
    std::vector<MappedFile> files;
    for (auto& [inode, entry] : files_) {
        if (entry.due > now) continue;
        files.push_back(entry.file);
        entry.due = entry.written_back ? SteadyTime::max() : now + entry.wait;
        entry.wait = std::min(2 * entry.wait, kLongest);
    }
    return files;
}

}  // namespace touchstone
