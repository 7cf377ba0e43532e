// Watched names of objects that have, or may have, more than one: a change through any name, watched or not, concerns them all.
// Names hang on nodes of the directory map, so renaming a directory leaves them true. Pure; not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "directory_map.hpp"

namespace touchstone {

class LinkIndex {
public:
    struct Name {
        DirectoryMap::Ref directory;
        std::string name;
        bool operator==(const Name&) const = default;
    };

    // The name stands for this object from now on, whatever it stood for before.
    void add(std::string_view key, DirectoryMap::Ref directory, std::string_view name);
    void remove(DirectoryMap::Ref directory, std::string_view name);
    void clear();

    bool knows(std::string_view key) const { return names_.contains(key); }
    std::vector<Name> names(std::string_view key) const;
    std::size_t size() const { return objects_.size(); }
    bool empty() const { return objects_.empty(); }

    // Forgets names in directories that the map has forgotten.
    void prune(const DirectoryMap& map);

private:
    struct NameHash {
        std::size_t operator()(const Name& name) const { return StringHash{}(name.name) * 31 + name.directory.node; }
    };

    std::unordered_map<std::string, std::vector<Name>, StringHash, std::equal_to<>> names_;
    std::unordered_map<Name, std::string, NameHash> objects_;  // the other way round
};

}  // namespace touchstone
