#include "link_index.hpp"

#include <algorithm>

namespace touchstone {

void LinkIndex::add(std::string_view key, DirectoryMap::Ref directory, std::string_view name) {
    Name entry{directory, std::string(name)};
    const auto [slot, fresh] = objects_.try_emplace(entry, key);
    if (!fresh) {
        if (slot->second == key) return;
        remove(directory, name);
        objects_.emplace(entry, key);
    }
    auto found = names_.find(key);
    if (found == names_.end()) found = names_.emplace(std::string(key), std::vector<Name>{}).first;
    found->second.push_back(std::move(entry));
}

void LinkIndex::remove(DirectoryMap::Ref directory, std::string_view name) {
    if (objects_.empty()) return;
    const auto object = objects_.find(Name{directory, std::string(name)});
    if (object == objects_.end()) return;
    const auto found = names_.find(object->second);
    std::erase(found->second, object->first);
    if (found->second.empty()) names_.erase(found);
    objects_.erase(object);
}

void LinkIndex::clear() {
    names_.clear();
    objects_.clear();
}

std::vector<LinkIndex::Name> LinkIndex::names(std::string_view key) const {
    const auto found = names_.find(key);
    return found == names_.end() ? std::vector<Name>{} : found->second;
}

void LinkIndex::prune(const DirectoryMap& map) {
    std::vector<Name> stale;
    for (const auto& [name, key] : objects_) {
        if (map.get(name.directory) == DirectoryMap::kNone) stale.push_back(name);
    }
    for (const auto& name : stale) remove(name.directory, name.name);
}

}  // namespace touchstone
