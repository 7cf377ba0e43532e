#include "fanotify_translator.hpp"

#include <fcntl.h>
#include <linux/fanotify.h>

#include <algorithm>
#include <array>
#include <utility>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kRelinked = 64;
constexpr std::size_t kLookAhead = 8;
constexpr std::size_t kMaxHints = 4096;

constexpr std::array<std::pair<std::uint64_t, Act>, 5> kActs{{
    {FAN_CREATE, Act::created},
    {FAN_MODIFY, Act::modified},
    {FAN_ATTRIB, Act::attributes},
    {FAN_CLOSE_WRITE, Act::closed},
    {FAN_DELETE, Act::deleted},
}};

bool is_watched(Standing standing) { return standing == Standing::watched; }

}  // namespace

void Outbox::send(TouchReceiver& receiver) {
    for (auto& each : touches) receiver.touch(std::move(each));
    for (auto& each : gaps) receiver.gap(std::move(each));
    for (auto& each : sweeps) receiver.sweep(std::move(each));
    touches.clear();
    gaps.clear();
    sweeps.clear();
}

void EventTranslator::begin_batch(WallTime wall, SteadyTime now) {
    wall_ = wall;
    now_ = now;
    who_.clear();
}

void EventTranslator::translate(std::span<const FanotifyEvent> events, std::size_t group, Outbox& out) {
    const FanotifyEvent& event = events.front();
    const FanotifyObject* any = event.at     ? &event.at->directory
                                : event.to   ? &event.to->directory
                                : event.from ? &event.from->directory
                                             : (event.object ? &*event.object : nullptr);
    if (any == nullptr) return;  // an event of a kind that was not asked for
    Volume* volume = ground_.volumes.of_event(group, any->fsid);
    if (volume == nullptr) {
        ++counters_.unresolved;  // unmounted meanwhile: the change of mounts has asked for its sweep, or will
        return;
    }
    Subject subject{event, volume, {}, (event.mask & FAN_ONDIR) != 0};
    if (event.object) subject.object = ObjectKey(volume->id, event.object->handle);
    if (!subject.directory && own_.is_file(subject.object) && (event.mask & (FAN_DELETE | FAN_RENAME)) == 0) return;
    if (event.from || event.to) {
        renamed(subject, out);
    } else if (!event.at) {
        nameless(subject, events.subspan(1), out);
    } else if (event.at->name == ".") {
        self(subject, out);
    } else {
        named(subject, out);
    }
    if (out.touches.empty() && out.sweeps.empty()) ++counters_.unwatched;
    counters_.touches += out.touches.size();
}

std::vector<EventTranslator::Spot> EventTranslator::spots(const Subject& subject, const FanotifyName& name, Outbox& out) {
    std::vector<Spot> found;
    located_ = false;
    const ObjectKey key(subject.volume->id, name.directory.handle);
    if (own_.is_directory(key)) return found;
    const auto where = ground_.locate(*subject.volume, key);
    located_ = where == FanotifyGround::Found::known || where == FanotifyGround::Found::unwatched;
    // Gone and never known is no loss. A directory made in the watch, or found by a sweep, is known; what came in with a tree or was there before
    // the watch is compared by the sweep of that tree or of the boot, which begins after the mark and finds what is gone.
    if (where == FanotifyGround::Found::gone) ++counters_.unresolved;
    if (where == FanotifyGround::Found::unclear) out.gaps.push_back({"", "a directory could not be looked up", 1, wall_});
    const auto& map = ground_.map;
    for (auto node = map.first_of(key.view()); node != DirectoryMap::kNone; node = map.next_of(node)) {
        std::string path = name.name == "." ? map.path(node) : map.path(node, name.name);
        if (path.empty()) continue;
        const Standing standing = standing_of(ground_.policy(), path);
        if (standing != Standing::none) found.push_back({map.ref(node), map.mount(node), std::move(path), standing});
    }
    return found;
}

void EventTranslator::named(const Subject& subject, Outbox& out) {
    const auto found = spots(subject, *subject.event.at, out);
    if (found.empty()) {
        if (located_ && subject.directory && (subject.event.mask & FAN_CREATE) != 0 && !subject.object.empty()) ground_.note_unwatched(subject.object);
        touch_links(subject, out);
        return;
    }
    if (is_temporary(subject, found)) {
        nameless(subject, {}, out);
        return;
    }
    const bool names_changed = (subject.event.mask & (FAN_CREATE | FAN_DELETE)) != 0;
    for (const auto& spot : found) {
        if (is_watched(spot.standing)) {
            touch(subject, spot.path, out);
            remember(subject, spot.directory, subject.event.at->name);
        }
        if (names_changed && !is_watched(spot.standing)) sweep(subject, spot.path, "the way to a watched path changed", out);
    }
    if (subject.directory) {
        named_directory(subject, found, out);
    } else {
        keep_links(subject, found);
        if (std::none_of(found.begin(), found.end(), [](const Spot& spot) { return is_watched(spot.standing); })) touch_links(subject, out);
    }
}

// Both bits may be set: events of one name are merged. A directory's end is always the later one.
void EventTranslator::named_directory(const Subject& subject, const std::vector<Spot>& spots, Outbox& out) {
    for (const auto& spot : spots) {
        const auto& name = subject.event.at->name;
        if ((subject.event.mask & FAN_CREATE) != 0 && !subject.object.empty()) {
            ground_.forget_unwatched(subject.object);
            enter(subject, spot, name);
            // With directory marks the new one is not marked yet: the sweep marks it, then looks.
            if (subject.volume->marking != Marking::file_system || subject.volume->witnessed) sweep(subject, spot.path, "directory made", out);
        }
        if ((subject.event.mask & FAN_DELETE) == 0) continue;
        const auto directory = ground_.map.get(spot.directory);
        const auto node = directory == DirectoryMap::kNone ? directory : ground_.map.child(directory, name);
        if (node != DirectoryMap::kNone && ground_.map.key(node) == subject.object.view()) ground_.map.detach(node);
    }
}

void EventTranslator::enter(const Subject& subject, const Spot& spot, std::string_view name) {
    const auto directory = ground_.map.get(spot.directory);
    if (directory != DirectoryMap::kNone && !subject.object.empty()) ground_.map.add(directory, name, subject.object.view(), spot.mount);
}

// link(2) makes a nameless change of the link count, then the name.
void EventTranslator::keep_links(const Subject& subject, const std::vector<Spot>& spots) {
    const bool made = (subject.event.mask & FAN_CREATE) != 0;
    const bool removed = (subject.event.mask & FAN_DELETE) != 0;
    if (!made && !removed) return;
    const bool second = made && !removed &&
                        (ground_.links.knows(subject.object.view()) ||
                         std::find(relinked_.begin(), relinked_.end(), subject.object.view()) != relinked_.end());
    for (const auto& spot : spots) {
        if (removed) ground_.links.remove(spot.directory, subject.event.at->name);
        if (second && is_watched(spot.standing)) ground_.links.add(subject.object.view(), spot.directory, subject.event.at->name);
    }
}

void EventTranslator::self(const Subject& subject, Outbox& out) {
    for (const auto& spot : spots(subject, *subject.event.at, out)) {
        if (!is_watched(spot.standing)) continue;
        touch(subject, spot.path, out);
        remember(subject, spot.directory, ".");
    }
}

// A file of O_TMPFILE goes by "#INODE" for as long as it is open, also when link(2) has given it a name.
bool EventTranslator::is_temporary(const Subject& subject, const std::vector<Spot>& spots) const {
    const auto name = subject.event.at->name;
    if (subject.directory || subject.object.empty() || name.size() < 2 || name.front() != '#') return false;
    if (name.find_first_not_of("0123456789", 1) != std::string_view::npos) return false;
    return std::none_of(spots.begin(), spots.end(), [&](const Spot& spot) {
        const auto handle = handle_of(AT_FDCWD, spot.path.c_str());
        return handle && ObjectKey(subject.volume->id, handle->view()).view() == subject.object.view();
    });
}

bool EventTranslator::touch_links(const Subject& subject, Outbox& out) {
    if (ground_.links.empty() || subject.object.empty() || !ground_.links.knows(subject.object.view())) return false;
    for (const auto& name : ground_.links.names(subject.object.view())) {
        const auto directory = ground_.map.get(name.directory);
        if (directory == DirectoryMap::kNone) continue;
        const auto path = ground_.map.path(directory, name.name);
        if (path.empty() || !ground_.policy().rule_for(path)) continue;
        remember(subject, name.directory, name.name);
        const auto acts = subject.event.mask & (FAN_MODIFY | FAN_CLOSE_WRITE);
        for (const auto& [mask, act] : kActs) {
            if ((acts & mask) != 0) out.touches.push_back(make_touch(subject, path, act));
        }
        if (acts == 0) out.touches.push_back(make_touch(subject, path, Act::attributes));  // a name more or less
    }
    return true;
}

void EventTranslator::nameless(const Subject& subject, std::span<const FanotifyEvent> following, Outbox& out) {
    if (subject.object.empty() || subject.directory) return;
    if ((subject.event.mask & FAN_ATTRIB) != 0) {
        if (relinked_.size() < kRelinked) relinked_.emplace_back();
        relinked_[next_relinked_ % relinked_.size()].assign(subject.object.view());
        next_relinked_ = (next_relinked_ + 1) % kRelinked;
    }
    if (touch_links(subject, out)) return;
    // unlink(2) changes the link count, then removes the name: of an object with no other watched name that is all there is to say.
    for (const auto& next : following.first(std::min(following.size(), kLookAhead))) {
        if ((next.mask & FAN_DELETE) == 0 || !next.object || next.pid != subject.event.pid) continue;
        if (ObjectKey(subject.volume->id, next.object->handle).view() == subject.object.view()) return;
    }
    look_up_nameless(subject, out);
}

void EventTranslator::look_up_nameless(const Subject& subject, Outbox& out) {
    auto object = ground_.open(*subject.volume, subject.object);
    if (!object || object->status.st_nlink == 0) return;
    auto paths = std::move(object->paths);
    // Of several names the kernel gives just one, and perhaps an outer one.
    if (names_of_ && (object->status.st_nlink > 1 || paths.empty())) {
        for (auto& path : names_of_({object->status.st_dev, object->status.st_ino})) {
            const auto handle = handle_of(AT_FDCWD, path.c_str());
            if (handle && ObjectKey(subject.volume->id, handle->view()).view() == subject.object.view()) paths.push_back(std::move(path));
        }
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    for (const auto& path : paths) {
        if (!ground_.policy().rule_for(path)) continue;
        touch(subject, path, out);
        if (object->status.st_nlink < 2) continue;
        const Fd directory(::open(std::string(split_path(path).directory).c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW));
        const auto node = directory ? ground_.place(directory.get()) : DirectoryMap::kNone;
        if (node != DirectoryMap::kNone) ground_.links.add(subject.object.view(), ground_.map.ref(node), split_path(path).name);
    }
    if (paths.empty() && (subject.event.mask & (FAN_MODIFY | FAN_CLOSE_WRITE)) != 0) ++counters_.unresolved;
}

Touch EventTranslator::make_touch(const Subject& subject, std::string path, Act act) {
    Touch touch;
    touch.path = std::move(path);
    touch.act = act;
    touch.directory = subject.directory;
    const Who& by = who(subject.event);
    touch.actor = by.actor;
    touch.actor_unknown = by.unknown;
    touch.wall = wall_;
    touch.at = now_;
    return touch;
}

void EventTranslator::touch(const Subject& subject, const std::string& path, Outbox& out) {
    for (const auto& [mask, act] : kActs) {
        if ((subject.event.mask & mask) != 0) out.touches.push_back(make_touch(subject, path, act));
    }
}

void EventTranslator::remember(const Subject& subject, DirectoryMap::Ref directory, std::string_view name) {
    if ((subject.event.mask & FAN_DELETE) != 0 || too_many_hints_) return;
    if (hints_.size() >= kMaxHints) {
        too_many_hints_ = true;
        hints_.clear();
        return;
    }
    const Act act = (subject.event.mask & FAN_CLOSE_WRITE) != 0 ? Act::closed
                    : (subject.event.mask & FAN_MODIFY) != 0    ? Act::modified
                                                                : Act::attributes;
    hints_.push_back({directory, std::string(name), make_touch(subject, {}, act)});
}

void EventTranslator::sweep(const Subject& subject, const std::string& path, const char* reason, Outbox& out) {
    const Who& by = who(subject.event);
    SweepRequest request;
    request.scope = path;
    request.reason = reason;
    request.actor = by.actor;
    request.actor_unknown = by.unknown;
    request.announce = false;
    out.sweeps.push_back(std::move(request));
}

// Within one read the kernel makes every pidfd anew, so of two processes with one number only one can have got one.
const EventTranslator::Who& EventTranslator::who(const FanotifyEvent& event) {
    const bool alive = event.pidfd >= 0;
    const auto key = static_cast<std::int64_t>(event.pid) * 2 + (alive ? 1 : 0);
    const auto [slot, fresh] = who_.try_emplace(key);
    if (fresh) slot->second.actor = processes_.find(event.pid, alive ? event.pidfd : -1, now_, &slot->second.unknown);
    return slot->second;
}

}  // namespace touchstone
