#include "fanotify_volumes.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "directory_map.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

bool is_directory(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// "/", "/a", "/a/b": as far as there are directories.
std::vector<std::string> existing_prefixes(const std::string& path) {
    std::vector<std::string> prefixes{"/"};
    for (std::size_t end = 1; end != std::string::npos && end < path.size();) {
        end = path.find('/', end + 1);
        const std::string prefix = path.substr(0, end);
        if (!is_directory(prefix)) break;
        prefixes.push_back(prefix);
    }
    return prefixes;
}

// The part of `path` below `top`, with its leading slash; "" for `top` itself.
std::string_view below(std::string_view path, std::string_view top) { return top == "/" ? (path == "/" ? "" : path) : path.substr(top.size()); }

std::string beneath(const std::string& top, std::string_view rest) {
    if (rest.empty()) return top;
    return top == "/" ? std::string(rest) : top + std::string(rest);
}

}  // namespace

MarkPlan plan_marks(const Policy& policy, const std::vector<Mount>& mounts, const std::vector<std::string>& named_types) {
    MarkPlan plan;
    std::set<std::string> ancestors;
    for (const auto& start : policy.starts()) {
        const auto prefixes = existing_prefixes(start);
        ancestors.insert(prefixes.begin(), prefixes.end());
        if (const Mount* home = mount_of(mounts, prefixes.back())) plan.devices.emplace(home->device, *home);
        for (const auto& mount : mounts) {
            if (!is_within(mount.point, start) || !is_watchable_type(mount.type, named_types)) continue;
            if (standing_of(policy, mount.point) == Standing::none) continue;
            const Mount* top = mount_of(mounts, mount.point);
            if (top != nullptr && top->id == mount.id) plan.devices.emplace(mount.device, mount);
        }
    }
    plan.ancestors.assign(ancestors.begin(), ancestors.end());  // byte order: a directory before what is in it
    return plan;
}

std::string inner_path(const Mount& through, const std::string& path) { return beneath(through.root, below(path, through.point)); }

void Volumes::set_mounts(std::vector<Mount> mounts, const std::vector<int>& remade) {
    mounts_ = std::move(mounts);
    for (const int mount : remade) {
        if (const auto found = by_mount_.find(mount); found != by_mount_.end()) volumes_.erase(found->second);
    }
    by_mount_.clear();
    for (auto& [id, volume] : volumes_) volume.views.clear();
    for (const auto& mount : mounts_) {
        Volume* volume = of_device(mount.device);
        if (volume == nullptr) {
            const auto id = next_id_++;
            volume = &volumes_.emplace(id, Volume{}).first->second;
            volume->id = id;
            volume->device = mount.device;
            volume->type = mount.type;
        }
        by_mount_[mount.id] = volume->id;
        const Mount* top = mount_of(mounts_, mount.point);
        if (top != nullptr && top->id == mount.id) volume->views.push_back(mount);
    }
    std::set<std::uint32_t> mounted;
    for (const auto& [mount, id] : by_mount_) mounted.insert(id);
    std::erase_if(volumes_, [&](const auto& entry) { return !mounted.contains(entry.first); });
    std::erase_if(by_fsid_, [&](const auto& entry) { return !volumes_.contains(entry.second); });
    std::erase_if(by_group_, [&](const auto& entry) { return !volumes_.contains(entry.second); });
    for (auto& [id, volume] : volumes_) {
        std::stable_sort(volume.views.begin(), volume.views.end(), [](const Mount& a, const Mount& b) { return a.root.size() < b.root.size(); });
    }
}

Volume* Volumes::find(std::uint32_t id) {
    const auto found = volumes_.find(id);
    return found == volumes_.end() ? nullptr : &found->second;
}

Volume* Volumes::of_mount(int mount) {
    const auto found = by_mount_.find(mount);
    return found == by_mount_.end() ? nullptr : find(found->second);
}

Volume* Volumes::of_device(std::uint64_t device) {
    for (auto& [id, volume] : volumes_) {
        if (volume.device == device) return &volume;
    }
    return nullptr;
}

Volume* Volumes::of_event(std::size_t group, std::uint64_t fsid) {
    const auto& table = group == 0 ? by_fsid_ : by_group_;
    const auto found = table.find(group == 0 ? fsid : group);
    return found == table.end() ? nullptr : find(found->second);
}

std::vector<std::string> Volumes::views_of(const Volume& volume, const std::string& inner) const {
    std::vector<std::string> seen;
    for (const auto& view : volume.views) {
        if (!is_within(inner, view.root)) continue;
        std::string outer = beneath(view.point, below(inner, view.root));
        const Mount* top = mount_of(mounts_, outer);
        if (top != nullptr && top->id == view.id) seen.push_back(std::move(outer));
    }
    return seen;
}

void Volumes::set_event_identity(Volume& volume, std::size_t group, std::uint64_t fsid) {
    volume.group = group;
    volume.fsid = fsid;
    if (group == 0) {
        by_fsid_[fsid] = volume.id;
    } else {
        by_group_[group] = volume.id;
    }
}

}  // namespace touchstone
