// The daemon's own directories and files: their events are left out, by object, whoever causes them and whatever they are called.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fanotify_marker.hpp"
#include "handle.hpp"
#include "touchstone/probe.hpp"

namespace touchstone {

class OwnObjects {
public:
    explicit OwnObjects(std::vector<std::string> paths) : paths_(std::move(paths)) {}

    // Looks the paths up again. What they stood for before still counts until settle(): events of it may be waiting.
    void refresh(Volumes& volumes, const FanotifyMarker& marker);
    void settle() { former_.clear(); }

    // Those of now, by identity.
    const std::vector<KernelObject>& objects() const { return objects_; }

    bool is_directory(const ObjectKey& key) const { return contains(key, true); }
    bool is_file(const ObjectKey& key) const { return contains(key, false); }

private:
    using Objects = std::unordered_map<std::string, bool, StringHash, std::equal_to<>>;  // true: a directory
    bool contains(const ObjectKey& key, bool directory) const;

    std::vector<std::string> paths_;
    Objects current_, former_;
    std::vector<KernelObject> objects_;
};

}  // namespace touchstone
