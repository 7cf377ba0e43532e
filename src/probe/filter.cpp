#include "filter.hpp"

#include <bpf/bpf.h>

#include <algorithm>

#include "identity.hpp"

namespace touchstone {
namespace {

constexpr std::uint32_t kPlace = 0;

std::uint32_t id_of(int map) {
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    return bpf_obj_get_info_by_fd(map, &info, &size) == 0 ? info.id : 0;
}

}  // namespace

Filter::Filter(int place, std::uint32_t room, std::uint32_t most) : place_(place), room_(std::min(room, most)), most_(most) {}

Status Filter::open() { return restore(); }

Status Filter::restore() {
    const std::lock_guard lock(mutex_);
    return rebuild(room_);
}

Status Filter::rebuild(std::uint32_t room) {
    bpf_map_create_opts options{};
    options.sz = sizeof options;
    options.map_flags = BPF_F_NO_PREALLOC;
    Fd made(bpf_map_create(BPF_MAP_TYPE_HASH, "ts_watched", sizeof(ts_object), sizeof(std::uint32_t), room, &options));
    if (!made) return fail(system_error("make the probes' map of what is watched"));
    for (const auto& [object, entry] : entered_) {
        const ts_object key = to_wire(object);
        if (bpf_map_update_elem(made.get(), &key, &entry.flags, BPF_ANY) != 0) return fail(system_error("fill the probes' map of what is watched"));
    }
    const int fd = made.get();
    if (bpf_map_update_elem(place_, &kPlace, &fd, BPF_ANY) != 0) return fail(system_error("put the probes' map of what is watched in its place"));
    map_ = std::move(made);
    id_ = id_of(fd);
    room_ = room;
    begin_walk();
    return {};
}

Status Filter::make_room() {
    if (entered_.size() < room_) return {};
    if (room_ >= most_) return fail({"enter a watched object into the probes' map", ErrorKind::system, E2BIG});
    return rebuild(room_ > most_ / 2 ? most_ : 2 * room_);
}

Status Filter::enter(KernelObject object, std::uint32_t flags) {
    const ts_object key = to_wire(object);
    const std::lock_guard lock(mutex_);
    const auto found = entered_.find(object);
    if (found == entered_.end())
        if (auto room = make_room(); !room) return room;
    if (bpf_map_update_elem(map_.get(), &key, &flags, BPF_ANY) != 0) return fail(system_error("enter a watched object into the probes' map"));
    if (found == entered_.end())
        entered_.emplace(object, Entry{flags, number_, 0});
    else
        found->second.flags = flags;
    return {};
}

void Filter::remove(KernelObject object) {
    const ts_object key = to_wire(object);
    const std::lock_guard lock(mutex_);
    const auto found = entered_.find(object);
    if (found == entered_.end()) return;
    bpf_map_delete_elem(map_.get(), &key);
    if (found->second.since < number_) {
        --older_;
        if (found->second.met == number_) --met_older_;
    }
    entered_.erase(found);
}

bool Filter::is_in_place() const {
    std::uint32_t id = 0;
    return bpf_map_lookup_elem(place_, &kPlace, &id) == 0 && id == id_;
}

void Filter::begin_walk() {
    walk_.restart();
    ++number_;
    older_ = entered_.size();
    met_older_ = 0;
}

std::string Filter::meet(const ts_object& key, std::uint32_t flags) {
    const auto found = entered_.find(from_wire(key));
    if (found == entered_.end() || key.reserved != 0) return "an object was put into the filter";
    auto& entry = found->second;
    if (flags != entry.flags) return "a watched object was altered in the filter";
    if (entry.met != number_ && entry.since < number_) ++met_older_;
    entry.met = number_;
    return {};
}

std::string Filter::examine(std::size_t calls) {
    const std::lock_guard lock(mutex_);
    if (!is_in_place()) return "another filter was put in the place of the own";
    std::string wrong;
    const bool ended = walk_.advance(map_.get(), share_of(entered_.size(), calls), [&](const ts_object& key, std::uint32_t flags) {
        if (wrong.empty()) wrong = meet(key, flags);
    });
    if (wrong.empty() && !ended) return {};
    if (wrong.empty() && met_older_ < older_) wrong = "a watched object was taken out of the filter";
    begin_walk();
    return wrong;
}

}  // namespace touchstone
