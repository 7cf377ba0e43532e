#include "group.hpp"

#include <algorithm>

namespace touchstone {
namespace {

void add_actor(TouchedName& name, const ActorRef& actor, std::size_t limit) {
    const auto same = [&](const ActorRef& other) {
        return other == actor || (other->process.entity_id == actor->process.entity_id &&
                                  other->process.executable == actor->process.executable && other->process.args == actor->process.args);
    };
    const auto found = std::find_if(name.actors.begin(), name.actors.end(), same);
    if (found != name.actors.end()) {
        std::rotate(found, found + 1, name.actors.end());  // the last writer is the last one
        return;
    }
    if (name.actors.size() >= limit) {
        name.actors.erase(name.actors.begin());
        name.actors_complete = false;
    }
    name.actors.push_back(actor);
}

bool is_kernel_thread(const Actor& actor) {
    const auto& parents = actor.ancestors;
    return actor.process.executable.empty() && !parents.empty() && parents.front().pid == 2 && parents.front().executable.empty();
}

void attribute(TouchedName& name, const Touch& touch, std::size_t actor_limit) {
    // What io_uring keeps open is closed by a worker of the kernel, which has written nothing.
    if (touch.act == Act::closed && touch.actor && is_kernel_thread(*touch.actor)) {
        if (!name.actors.empty()) return;
        name.actors_complete = false;
        name.actor_unknown = "closed by the kernel for another process";
        return;
    }
    // Nor has who only compared: what was met may be the work of those whom the kernel has told of, or will in a moment.
    if (touch.only_compares) return;
    // A sweep knows who made or brought the directory; who made a name in it the kernel's own word of that name says better.
    if (touch.actor && touch.act == Act::look && (name.acts & ~bit(Act::look)) != 0) return;
    if (touch.act == Act::created && name.acts == (bit(Act::look) | bit(Act::created))) name.actors.clear();
    if (touch.actor) {
        add_actor(name, touch.actor, actor_limit);
        return;
    }
    name.actors_complete = false;
    if (!touch.actor_unknown.empty()) name.actor_unknown = touch.actor_unknown;
}

SteadyTime ready_at(const Entry& entry, const SettleTimes& times) {
    auto wait = Nanoseconds::zero();
    if (entry.gone)
        wait = times.successor;
    else if (entry.open && !entry.name.directory)
        wait = times.quiet;
    else if (entry.made || (entry.name.acts & ~kWithoutAnAct) == 0)
        wait = times.successor;  // the kernel's word of the same change may still be unread, or the change not done
    const auto ready = std::max(std::min(entry.last + wait, entry.first + times.patience), entry.untouched_until);
    return entry.open ? std::max(ready, entry.awaited_until) : ready;
}

}  // namespace

Entry* Group::find(const std::string& path) {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name.path == path; });
    return found == entries.end() ? nullptr : &*found;
}

void record(Entry& entry, const Touch& touch, bool arrives, std::size_t actor_limit) {
    TouchedName& name = entry.name;
    if (name.acts == 0) {
        name.first = touch.wall;
        entry.first = touch.at;
    }
    name.acts |= bit(touch.act);
    name.last = touch.wall;
    entry.last = touch.at;
    entry.untouched_until = {};
    name.verify_all |= touch.verify_all;
    if (touch.only_compares) entry.compared = touch.actor_unknown;
    if (touch.unwatched_since != WallTime{}) name.unwatched_since = touch.unwatched_since;
    attribute(name, touch, actor_limit);
    if (name.acts & ~bit(Act::look)) name.unwatched_since = {};  // it was watched

    switch (touch.act) {
        case Act::created:
            entry.gone = false;
            entry.made = entry.open = true;
            name.directory = touch.directory;
            break;
        case Act::modified: entry.open = true; break;
        case Act::closed: entry.open = false; break;
        case Act::deleted:
        case Act::moved_out:
            entry.gone = true;
            entry.made = entry.open = false;
            break;
        case Act::moved:
        case Act::moved_in:
            entry.gone = !arrives;
            entry.made = arrives;
            entry.open = false;
            if (arrives) name.directory = touch.directory;
            break;
        case Act::attributes:
        case Act::changing:
        case Act::look: name.directory |= touch.directory; break;
    }
}

TouchedName handed_out(const Entry& entry) {
    TouchedName name = entry.name;
    name.gone = entry.gone;
    name.open = entry.open;
    if (!name.actors.empty() || !name.actors_complete) return name;
    name.actors_complete = false;
    name.actor_unknown = entry.compared;
    return name;
}

void merge(Entry& to, Entry&& from, std::size_t actor_limit) {
    const bool from_is_later = from.last > to.last;
    if (!from_is_later && (to.name.acts & ~(bit(Act::look) | bit(Act::attributes))) == 0) to.open = from.open;
    to.name.acts |= from.name.acts;
    to.name.verify_all |= from.name.verify_all;
    to.name.first = std::min(to.name.first, from.name.first);
    to.name.last = std::max(to.name.last, from.name.last);
    if (to.name.unwatched_since == WallTime{}) to.name.unwatched_since = from.name.unwatched_since;
    // Oldest first: the later entry's writers come last.
    auto& earlier = from_is_later ? to.name.actors : from.name.actors;
    auto& later = from_is_later ? from.name.actors : to.name.actors;
    std::vector<ActorRef> joined = std::move(earlier);
    const std::vector<ActorRef> rest = std::move(later);
    to.name.actors = std::move(joined);
    for (const auto& actor : rest) add_actor(to.name, actor, actor_limit);
    to.name.unheard = std::max(to.name.unheard, from.name.unheard);
    to.name.actors_complete &= from.name.actors_complete;
    if (to.name.actor_unknown.empty()) to.name.actor_unknown = std::move(from.name.actor_unknown);
    if (to.compared.empty()) to.compared = std::move(from.compared);
    if (from_is_later) {
        to.gone = from.gone;
        to.open = from.open;
        to.name.directory = from.name.directory;
    }
    to.made |= from.made;
    to.awaited_until = std::max(to.awaited_until, from.awaited_until);
    if (to.gone) to.made = false;
    to.first = std::min(to.first, from.first);
    to.last = std::max(to.last, from.last);
}

SteadyTime ready_at(const Group& group, const SettleTimes& times) {
    SteadyTime ready = group.not_before;
    for (const auto& entry : group.entries) ready = std::max(ready, ready_at(entry, times));
    return ready;
}

}  // namespace touchstone
