#include "witness.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "touchstone/source.hpp"

namespace touchstone {
namespace {

// On these the change is made to another inode, below or elsewhere: only fanotify tells it under the name that is watched.
constexpr std::array<std::string_view, 4> kElsewhere{"ecryptfs", "fuse", "overlay", "virtiofs"};
constexpr std::array<std::string_view, 8> kRemote{"9p", "afs", "ceph", "cifs", "nfs", "nfs4", "smb3", "fuseblk"};

constexpr bool has(const auto& names, std::string_view type) { return std::find(names.begin(), names.end(), type) != names.end(); }

}  // namespace

bool is_witnessed(const std::string& type) { return !has(kElsewhere, type) && !has(kRemote, type) && !type.starts_with("fuse."); }

ProbeWitness::ProbeWitness(Probes& probes, FanotifyGround& ground, ProcessTable& processes, NamesOf names_of)
    : probes_(probes), ground_(ground), processes_(processes), names_of_(std::move(names_of)) {
    ground_.on_watched_directory = [this](KernelObject object) { watch_directory(object); };
}

void ProbeWitness::enter(KernelObject object, WatchKind kind) {
    if (is_own(object)) return;
    if (auto watched = probes_.watch(object, kind); !watched) refusal_ = watched.error().what;
}

bool ProbeWitness::is_own(KernelObject object) const { return std::find(own_.begin(), own_.end(), object) != own_.end(); }

bool ProbeWitness::is_written_back(KernelObject object) {
    const Volume* volume = ground_.volumes.of_device(object.device);
    return volume == nullptr || touchstone::is_written_back(volume->type);
}

void ProbeWitness::watch_directory(KernelObject object) { enter(object, WatchKind::directory); }
void ProbeWitness::watch_file(KernelObject object) { enter(object, WatchKind::object); }

void ProbeWitness::set_own(std::vector<KernelObject> objects) {
    for (const auto& before : own_)
        if (std::find(objects.begin(), objects.end(), before) == objects.end()) probes_.unwatch(before);
    own_ = std::move(objects);
    for (const auto& object : own_)
        if (auto watched = probes_.watch(object, WatchKind::own); !watched) refusal_ = watched.error().what;
}

void ProbeWitness::set_canary(KernelObject object) {
    canary_ = object;
    watch_file(object);
}

void ProbeWitness::forget_freed() {
    for (const auto& object : ground_.map.take_freed()) probes_.unwatch(object);
}

std::vector<std::string> ProbeWitness::paths_of(const TouchRecord& touch) {
    std::vector<std::string> paths;
    if (touch.directory)
        for (const auto node : ground_.map.nodes_of(touch.object)) paths.push_back(ground_.map.path(node));
    if (touch.parent.inode != 0)
        for (const auto node : ground_.map.nodes_of(touch.parent)) paths.push_back(ground_.map.path(node, touch.name));
    // The name at hand is one of several, or there is none.
    if (!touch.directory && (touch.links > 1 || touch.parent.inode == 0) && names_of_)
        for (auto& path : names_of_({touch.object.device, touch.object.inode})) paths.push_back(std::move(path));
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    std::erase_if(paths, [&](const std::string& path) { return path.empty() || !ground_.policy().rule_for(path); });
    return paths;
}

void ProbeWitness::apply(const ProbeRecord& record, WallTime wall, SteadyTime now, Outbox& out) {
    const auto* witnessed = std::get_if<TouchRecord>(&record);
    if (witnessed == nullptr) return processes_.learn(record);
    if (witnessed->object == canary_) {
        ++canaries_;
        return;
    }
    mapped_.told(*witnessed, is_written_back(witnessed->object), now);
    Touch touch;
    // What becomes of a directory's entries is told of them; its own attributes a look compares.
    touch.act = witnessed->directory ? Act::look : witnessed->writers > 0 ? Act::modified : Act::changing;
    touch.directory = witnessed->directory;
    touch.actor = processes_.find(witnessed->process, witnessed->credentials, &touch.actor_unknown);
    touch.wall = wall;
    touch.at = now;
    for (auto& path : paths_of(*witnessed)) {
        touch.path = std::move(path);
        out.touches.push_back(touch);
    }
}

std::size_t ProbeWitness::find_mapped(std::vector<MappedFile> files, const std::set<std::uint64_t>& devices, SteadyTime now) {
    std::vector<MappedFiles::Found> watched;
    for (auto& file : files) {
        if (!devices.contains(file.object.device) || is_own(file.object) || is_own(file.parent)) continue;
        const bool by_name_alone = file.parent.inode != 0 && file.links < 2;
        if (by_name_alone && ground_.map.nodes_of(file.parent).empty()) continue;
        const bool written_back = is_written_back(file.object);
        watched.push_back({std::move(file), written_back});
    }
    return mapped_.found(std::move(watched), now);
}

void ProbeWitness::look_at_mapped(WallTime wall, SteadyTime now, Outbox& out) {
    for (auto& file : mapped_.due(now)) {
        TouchRecord record;
        record.object = file.object;
        record.parent = file.parent;
        record.name = std::move(file.name);
        record.links = file.links;
        for (auto& path : paths_of(record)) {
            Touch touch;
            touch.path = std::move(path);
            touch.actor_unknown = "stored to through a shared mapping, and found by looking again";
            touch.wall = wall;
            touch.at = now;
            out.touches.push_back(std::move(touch));
        }
    }
}

}  // namespace touchstone
