// EventTranslator's part for renames: one event carries both ends, and each may be watched, on the way to a watch, or neither.
#include <fcntl.h>

#include <algorithm>
#include <set>

#include "fanotify_translator.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

void EventTranslator::renamed(const Subject& subject, Outbox& out) {
    std::vector<Spot> from, to;
    if (subject.event.from) from = spots(subject, *subject.event.from, out);
    if (subject.event.to) to = spots(subject, *subject.event.to, out);
    if (from.empty() && to.empty()) {
        if (!subject.directory) touch_links(subject, out);
        return;
    }
    if (subject.directory && !subject.object.empty()) {
        renamed_.emplace_back(subject.object.view());
        if (!to.empty()) ground_.forget_unwatched();  // what lies below the directory may be watched now
    }
    if (!subject.directory) {
        const bool linked = ground_.links.knows(subject.object.view());
        for (const auto& spot : from) ground_.links.remove(spot.directory, subject.event.from->name);
        for (const auto& spot : to) {
            ground_.links.remove(spot.directory, subject.event.to->name);
            if (linked && spot.standing == Standing::watched) ground_.links.add(subject.object.view(), spot.directory, subject.event.to->name);
        }
    }
    for (const auto& spot : from) {
        const auto partner = std::find_if(to.begin(), to.end(), [&](const Spot& each) { return each.mount == spot.mount; });
        if (partner == to.end()) {
            renamed_away(subject, spot, out);
            continue;
        }
        renamed_pair(subject, spot, *partner, out);
        to.erase(partner);
    }
    for (const auto& spot : to) renamed_here(subject, spot, out);
}

void EventTranslator::renamed_pair(const Subject& subject, const Spot& from, const Spot& to, Outbox& out) {
    if (from.standing != Standing::watched || to.standing != Standing::watched) {
        // The node of a directory moves with the second half.
        if (from.standing == Standing::watched) out.touches.push_back(make_touch(subject, from.path, Act::moved_out));
        sweep(subject, from.path, "moved away", out);
        renamed_here(subject, to, out);
        return;
    }
    Touch touch = make_touch(subject, from.path, Act::moved);
    touch.other_path = to.path;
    out.touches.push_back(std::move(touch));
    if (!subject.directory) return;
    enter(subject, to, subject.event.to->name);
    const bool sure = subject.volume->marking == Marking::file_system && !too_many_hints_ && !covers_otherwise(from.path, to.path);
    if (!sure) sweep(subject, to.path, "renamed", out);
    touch_again(to, out);
}

void EventTranslator::touch_again(const Spot& renamed, Outbox& out) {
    const auto top = ground_.map.find(renamed.path);
    if (top == DirectoryMap::kNone) return;
    for (const auto& hint : hints_) {
        const auto directory = ground_.map.get(hint.directory);
        if (directory == DirectoryMap::kNone || !ground_.map.is_within(directory, top)) continue;
        Touch touch = hint.touch;
        touch.path = hint.name == "." ? ground_.map.path(directory) : ground_.map.path(directory, hint.name);
        if (ground_.policy().rule_for(touch.path)) out.touches.push_back(std::move(touch));
    }
}

void EventTranslator::renamed_away(const Subject& subject, const Spot& from, Outbox& out) {
    if (from.standing == Standing::watched) out.touches.push_back(make_touch(subject, from.path, Act::moved_out));
    if (!subject.directory && from.standing == Standing::watched) return;
    sweep(subject, from.path, "moved away", out);
    const auto node = ground_.map.in_mount(subject.object.view(), from.mount);
    if (node == DirectoryMap::kNone) return;
    ground_.map.drop(node);
    prune_links_ = true;
}

void EventTranslator::renamed_here(const Subject& subject, const Spot& to, Outbox& out) {
    if (to.standing == Standing::watched) out.touches.push_back(make_touch(subject, to.path, Act::moved_in));
    if (subject.directory) enter(subject, to, subject.event.to->name);
    if (subject.directory || to.standing != Standing::watched) sweep(subject, to.path, "moved in", out);
}

// A directory under a new name: is what lies below watched as it was before? When in doubt, no.
bool EventTranslator::covers_otherwise(const std::string& from, const std::string& to) const {
    const auto before = ground_.policy().rule_for(from);
    const auto after = ground_.policy().rule_for(to);
    if (before != after || before == nullptr || ground_.policy().leads_to_watch(from) || ground_.policy().leads_to_watch(to)) return true;
    return std::any_of(after->exclude.begin(), after->exclude.end(),
                       [](const std::string& pattern) { return pattern.find('/') != std::string::npos; });
}

void EventTranslator::settle(Outbox& out) {
    const std::set<std::string> unique(renamed_.begin(), renamed_.end());
    renamed_.clear();
    hints_.clear();
    too_many_hints_ = false;
    for (const auto& key : unique) check_rename(key, out);
    ground_.map.collect();
    if (prune_links_) ground_.links.prune(ground_.map);
    prune_links_ = false;
}

// Renaming to and fro is merged into the first event of the kind, so what was heard last need not be how things stand.
void EventTranslator::check_rename(const std::string& key, Outbox& out) {
    const Volume* volume = ground_.volumes.find(ObjectKey::file_system(key));
    if (volume == nullptr) return;
    const ObjectKey object(volume->id, ObjectKey::handle(key));
    auto& map = ground_.map;
    std::set<std::string> wrong;
    std::vector<DirectoryMap::Ref> misplaced;
    bool right = false;
    for (auto node = map.first_of(key); node != DirectoryMap::kNone; node = map.next_of(node)) {
        if (!map.attached(node)) continue;  // deleted since
        const auto path = map.path(node);
        const auto handle = handle_of(AT_FDCWD, path.c_str());
        if (handle && ObjectKey(volume->id, handle->view()).view() == key && handle->mount == map.mount(node)) {
            right = true;
            continue;
        }
        wrong.insert(path);
        misplaced.push_back(map.ref(node));
    }
    if (misplaced.empty() && (right || map.first_of(key) != DirectoryMap::kNone)) return;
    for (const auto& ref : misplaced) {
        if (const auto node = map.get(ref); node != DirectoryMap::kNone) map.drop(node);
        prune_links_ = true;
    }
    ground_.forget_unwatched(object);
    if (ground_.locate(*volume, object) == FanotifyGround::Found::known) {
        ground_.forget_unwatched();
        for (auto node = map.first_of(key); node != DirectoryMap::kNone; node = map.next_of(node)) wrong.insert(map.path(node));
    }
    wrong.erase("");
    for (const auto& path : wrong) {
        SweepRequest request;
        request.scope = path;
        request.reason = "renamed to and fro";
        request.actor_unknown = "several renames were merged";
        request.announce = false;
        out.sweeps.push_back(std::move(request));
    }
}

}  // namespace touchstone
