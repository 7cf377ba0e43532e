#include "touchstone/touch_set.hpp"

#include <algorithm>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <unordered_map>

#include "group.hpp"
#include "scopes.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using GroupId = std::uint64_t;

// Names remembered for their growing distance. Forgetting one early costs a look, nothing else.
constexpr std::size_t kDistances = 8'192;

// Below this share of the set a sweep may add; the rest is for what the kernel says.
constexpr std::size_t kSweepShare = 2;
constexpr std::size_t kSweepRoom = 4'096;

constexpr std::size_t kRenamesPerName = 4;

bool is_below(const std::string& path, const std::string& directory) {
    return path.size() > directory.size() && is_within(path, directory);
}

}  // namespace

struct TouchSet::Impl {
    Impl(SettleTimes settle, TouchSetLimits bounds) : times(settle), limits(bounds), scopes(bounds.gaps) {}

    // How long a name that is looked at again and again has to wait.
    struct Distance {
        std::string path;
        SteadyTime looked{};
        Nanoseconds wait{};
    };
    struct OnLoan {
        Group group;
        std::vector<Rename> carried;  // directories above it that were renamed meanwhile
        std::vector<GroupId> parked;  // groups that wait for it
    };

    mutable std::mutex mutex;
    const SettleTimes times;
    const TouchSetLimits limits;
    std::function<void()> changed;

    std::unordered_map<GroupId, Group> waiting;
    std::unordered_map<std::string, GroupId> index;      // name to its waiting group
    std::set<std::pair<SteadyTime, GroupId>> order;      // waiting groups that are not parked
    std::unordered_map<GroupId, OnLoan> loans;           // taken, not done
    std::unordered_map<std::string, GroupId> loaned;     // name to its loan
    std::list<Distance> distances;                       // least recently looked at first
    std::unordered_map<std::string, std::list<Distance>::iterator> distance_of;
    std::set<GroupId> barriers;                          // groups, waiting or on loan, that rename a directory
    std::unordered_map<GroupId, std::vector<GroupId>> behind;  // groups parked behind a waiting group that renames a directory
    Scopes scopes;
    GroupId next_id = 1;
    TouchSetCounters counters;

    // ---- entering ----

    Group* group_with(const std::string& path) {
        const auto found = index.find(path);
        return found == index.end() ? nullptr : &waiting.at(found->second);
    }

    // The waiting entry of a name, made when missing; null when there is no room.
    Entry* entry_for(const std::string& path) {
        if (Group* group = group_with(path)) {
            ++counters.coalesced;
            return group->find(path);
        }
        if (index.size() >= limits.names) return nullptr;
        const GroupId id = next_id++;
        Group& group = waiting[id];
        group.entries.emplace_back();
        group.entries.back().name.path = path;
        group.not_before = earliest(path);
        group.ready = SteadyTime::max();
        order.emplace(group.ready, id);
        index.emplace(path, id);
        counters.waiting_peak = std::max(counters.waiting_peak, index.size());
        return &group.entries.back();
    }

    void overflow(const Touch& touch, const std::string& path) {
        ++counters.overflows;
        scopes.add(Gap{std::string(split_path(path).directory), "touch set full", 1, touch.wall});
    }

    void reorder(const std::string& path) {
        const GroupId id = index.at(path);
        Group& group = waiting.at(id);
        const SteadyTime ready = ready_at(group, times);
        if (ready == group.ready) return;
        if (order.erase({group.ready, id}) > 0) order.emplace(ready, id);  // parked groups stay parked
        group.ready = ready;
    }

    void touch_one(const Touch& touch, const std::string& path, bool arrives) {
        Entry* entry = entry_for(path);
        if (entry == nullptr) return overflow(touch, path);
        record(*entry, touch, arrives, limits.actors);
        reorder(path);
    }

    // The next readiness, for deciding whether a waiting thread must be woken.
    SteadyTime first_ready() const { return order.empty() ? SteadyTime::max() : order.begin()->first; }

    void touch_rename(const Touch& touch) {
        if (touch.directory) carry(touch.path, touch.other_path);
        touch_one(touch, touch.path, false);
        touch_one(touch, touch.other_path, true);
        const bool both = index.contains(touch.path) && index.contains(touch.other_path);
        const GroupId id = both ? link(touch.path, touch.other_path) : 0;
        if (id == 0) return unlinked(touch);
        remember(waiting.at(id), {touch.path, touch.other_path, touch.directory});
        if (touch.directory) barriers.insert(id);
        reorder(touch.path);
    }

    // The group is full, or one of the names found no room: they are judged apart, so the old one has vanished and the new one
    // appeared. For a directory the names below must be found by sweeps.
    void unlinked(const Touch& touch) {
        if (!touch.directory) return;
        scopes.add(SweepRequest{touch.path, "renamed away", SweepDepth::changed, touch.actor, touch.actor_unknown, {}, false});
        scopes.add(SweepRequest{touch.other_path, "renamed here", SweepDepth::changed, touch.actor, touch.actor_unknown, {}, false});
    }

    // Endless renaming between a few names must not pile up: the same rename counts once, and the oldest are forgotten.
    void remember(Group& group, const Rename& rename) {
        std::erase_if(group.renames, [&](const Rename& known) { return known.from == rename.from && known.to == rename.to; });
        group.renames.push_back(rename);
        const std::size_t most = kRenamesPerName * limits.group;
        while (group.renames.size() > most) {
            const Rename forgotten = std::move(group.renames.front());
            group.renames.erase(group.renames.begin());
            Touch touch;
            touch.path = forgotten.from;
            touch.other_path = forgotten.to;
            touch.directory = forgotten.directory;
            touch.actor_unknown = "one of too many renames";
            unlinked(touch);
        }
    }

    // One group of two; 0 when it would be too large.
    GroupId link(const std::string& from, const std::string& to) {
        const GroupId a = index.at(from);
        const GroupId b = index.at(to);
        if (a == b) return a;
        Group& kept = waiting.at(a);
        Group& gone = waiting.at(b);
        if (kept.entries.size() + gone.entries.size() > limits.group) return 0;
        unpark_all(a);
        unpark_all(b);
        for (auto& entry : gone.entries) {
            index[entry.name.path] = a;
            kept.entries.push_back(std::move(entry));
        }
        std::move(gone.renames.begin(), gone.renames.end(), std::back_inserter(kept.renames));
        kept.not_before = std::max(kept.not_before, gone.not_before);
        order.erase({gone.ready, b});
        if (barriers.erase(b) > 0) barriers.insert(a);
        waiting.erase(b);
        order.emplace(kept.ready, a);  // were it parked, it is asked again when its time comes
        return a;
    }

    void unpark_all(GroupId id) {
        const auto found = behind.find(id);
        if (found == behind.end()) return;
        const auto parked = std::move(found->second);
        behind.erase(found);
        unpark(parked);
    }

    void unpark(const std::vector<GroupId>& parked) {
        for (const GroupId each : parked) {
            const auto group = waiting.find(each);
            if (group != waiting.end()) order.emplace(group->second.ready, each);
        }
    }

    // A directory was renamed: names waiting below it are now below the new path.
    void carry(const std::string& from, const std::string& to) {
        for (auto& [id, loan] : loans)
            for (const auto& entry : loan.group.entries)
                if (is_below(path_now(loan, entry.name.path), from)) {
                    loan.carried.push_back({from, to, true});
                    break;
                }
        std::vector<std::string> below;
        for (const auto& [path, id] : index)
            if (is_below(path, from)) below.push_back(path);
        for (const auto& path : below) rename_entry(path, to + path.substr(from.size()));
    }

    // Where a name that is out has been carried to.
    static std::string path_now(const OnLoan& loan, std::string path) {
        for (const auto& carried : loan.carried)
            if (is_below(path, carried.from)) path = carried.to + path.substr(carried.from.size());
        return path;
    }

    void rename_entry(const std::string& from, const std::string& to) {
        const GroupId id = index.at(from);
        Group& group = waiting.at(id);
        Entry* entry = group.find(from);
        index.erase(from);
        for (auto& rename : group.renames) {
            if (rename.from == from) rename.from = to;
            if (rename.to == from) rename.to = to;
        }
        entry->name.path = to;
        if (!index.contains(to)) {
            index.emplace(to, id);
            return;
        }
        // The new path was touched already; its own entry takes this one in.
        const GroupId other = index.at(to);
        Entry taken = std::move(*entry);
        group.entries.erase(group.entries.begin() + (entry - group.entries.data()));
        merge(*waiting.at(other).find(to), std::move(taken), limits.actors);
        if (group.entries.empty()) {
            order.erase({group.ready, id});
            barriers.erase(id);
            unpark_all(id);
            waiting.erase(id);
        } else if (id != other) {
            link(to, group.entries.front().name.path);  // what its renames linked stays linked
        }
        reorder(to);
    }

    // ---- growing distance ----

    SteadyTime earliest(const std::string& path) const {
        const auto found = distance_of.find(path);
        return found == distance_of.end() ? SteadyTime{} : found->second->looked + found->second->wait;
    }

    void note_look(const std::string& path, SteadyTime now) {
        const auto found = distance_of.find(path);
        Distance distance{path, now, times.successor};
        if (found != distance_of.end()) {
            const Distance& before = *found->second;
            const auto calm = std::max<Nanoseconds>(std::chrono::seconds(1), 2 * before.wait);
            if (now - before.looked < calm) distance.wait = std::min(2 * before.wait, times.patience);
            distances.erase(found->second);
            distance_of.erase(found);
        }
        distances.push_back(std::move(distance));
        distance_of.emplace(path, std::prev(distances.end()));
        if (distances.size() > kDistances) {
            distance_of.erase(distances.front().path);
            distances.pop_front();
        }
    }

    // ---- handing out ----

    static bool bars(const Group& group, const Group& directories) {
        for (const auto& rename : directories.renames) {
            if (!rename.directory) continue;
            for (const auto& entry : group.entries)
                if (is_below(entry.name.path, rename.from) || is_below(entry.name.path, rename.to)) return true;
        }
        return false;
    }

    // Parks the group behind whatever must be done first; false when nothing must.
    bool park(GroupId id, const Group& group) {
        for (const auto& entry : group.entries) {
            const auto busy = loaned.find(entry.name.path);
            if (busy == loaned.end()) continue;
            loans.at(busy->second).parked.push_back(id);
            return true;
        }
        // Of those that wait themselves, groups that rename directories wait for older ones only, so that none can wait in a circle.
        const bool barrier = barriers.contains(id);
        for (const GroupId other : barriers) {
            if (other == id) continue;
            const auto loan = loans.find(other);
            if (loan == loans.end() && barrier && other > id) continue;
            if (!bars(group, loan == loans.end() ? waiting.at(other) : loan->second.group)) continue;
            (loan == loans.end() ? behind[other] : loan->second.parked).push_back(id);
            return true;
        }
        return false;
    }

    std::optional<Taken> lend(GroupId id, SteadyTime now) {
        auto node = waiting.extract(id);
        Group& group = node.mapped();
        Taken taken;
        taken.token = id;
        taken.pending.renames = group.renames;
        for (const auto& entry : group.entries) {
            taken.pending.names.push_back(handed_out(entry));
            index.erase(entry.name.path);
            loaned.emplace(entry.name.path, id);
            note_look(entry.name.path, now);
        }
        OnLoan loan{std::move(group), {}, {}};
        const auto parked = behind.find(id);
        if (parked != behind.end()) {
            loan.parked = std::move(parked->second);
            behind.erase(parked);
        }
        loans.emplace(id, std::move(loan));
        return taken;
    }

    OnLoan give_back(std::uint64_t token) {
        auto node = loans.extract(token);
        if (node.empty()) return {};
        OnLoan loan = std::move(node.mapped());
        for (const auto& entry : loan.group.entries) loaned.erase(entry.name.path);
        barriers.erase(token);
        unpark(loan.parked);
        return loan;
    }

    void take_back(OnLoan loan) {
        for (auto& entry : loan.group.entries) entry.name.path = path_now(loan, entry.name.path);
        for (auto& rename : loan.group.renames) {
            rename.from = path_now(loan, rename.from);
            rename.to = path_now(loan, rename.to);
        }
        for (auto& entry : loan.group.entries) put_back(std::move(entry));
        // They happened before whatever came meanwhile: to the front, last one first.
        auto& renames = loan.group.renames;
        for (auto rename = renames.rbegin(); rename != renames.rend(); ++rename) {
            if (!index.contains(rename->from) || !index.contains(rename->to)) continue;
            const GroupId id = link(rename->from, rename->to);
            if (id == 0) continue;
            auto& group = waiting.at(id);
            std::erase_if(group.renames, [&](const Rename& later) { return later.from == rename->from && later.to == rename->to; });
            group.renames.insert(group.renames.begin(), *rename);
            if (rename->directory) barriers.insert(id);
            reorder(rename->from);
        }
    }

    // What is on loan comes out again, each of its names with a mark.
    void return_loan(std::uint64_t token, const std::function<void(Entry&)>& mark) {
        {
            const std::lock_guard lock(mutex);
            auto loan = give_back(token);
            for (auto& entry : loan.group.entries) mark(entry);
            take_back(std::move(loan));
        }
        if (changed) changed();
    }

    // Puts an entry back as it was. What was known before the loan has priority over new arrivals: it is never dropped for want of room.
    void put_back(Entry entry) {
        const std::string path = entry.name.path;
        if (Group* group = group_with(path)) {
            merge(*group->find(path), std::move(entry), limits.actors);
            group->not_before = std::max(group->not_before, earliest(path));
        } else {
            const GroupId id = next_id++;
            Group& made = waiting[id];
            made.entries.push_back(std::move(entry));
            made.not_before = earliest(path);
            made.ready = SteadyTime::max();
            order.emplace(made.ready, id);
            index.emplace(path, id);
        }
        reorder(path);
    }
};

TouchSet::TouchSet(SettleTimes times, TouchSetLimits limits) : impl_(std::make_unique<Impl>(times, limits)) {}
TouchSet::~TouchSet() = default;

void TouchSet::touch(Touch touch) {
    bool sooner = false;
    {
        const std::lock_guard lock(impl_->mutex);
        const auto before = impl_->first_ready();
        const auto scopes_before = impl_->scopes.size();
        ++impl_->counters.touches;
        if (touch.act == Act::moved)
            impl_->touch_rename(touch);
        else
            impl_->touch_one(touch, touch.path, touch.act == Act::moved_in);
        sooner = impl_->first_ready() < before || impl_->scopes.size() != scopes_before;
    }
    if (sooner && impl_->changed) impl_->changed();
}

void TouchSet::gap(Gap gap) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->scopes.add(std::move(gap));
    }
    if (impl_->changed) impl_->changed();
}

void TouchSet::sweep(SweepRequest request) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->scopes.add(std::move(request));
    }
    if (impl_->changed) impl_->changed();
}

std::optional<TouchSet::Taken> TouchSet::take(SteadyTime now) {
    const std::lock_guard lock(impl_->mutex);
    while (!impl_->order.empty() && impl_->order.begin()->first <= now) {
        const GroupId id = impl_->order.begin()->second;
        impl_->order.erase(impl_->order.begin());
        if (!impl_->park(id, impl_->waiting.at(id))) return impl_->lend(id, now);
    }
    return std::nullopt;
}

std::optional<SteadyTime> TouchSet::next_ready() const {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->order.empty()) return std::nullopt;
    return impl_->order.begin()->first;
}

void TouchSet::done(std::uint64_t token, SteadyTime) {
    bool freed = false;
    {
        const std::lock_guard lock(impl_->mutex);
        freed = !impl_->give_back(token).parked.empty();
    }
    if (freed && impl_->changed) impl_->changed();
}

void TouchSet::again(std::uint64_t token, SteadyTime) {
    impl_->return_loan(token, [](Entry&) {});
}

void TouchSet::await_word(std::uint64_t token, SteadyTime) {
    impl_->return_loan(token, [](Entry& entry) { ++entry.name.unheard; });
}

void TouchSet::await_close(std::uint64_t token, SteadyTime until) {
    impl_->return_loan(token, [until](Entry& entry) { entry.awaited_until = until; });
}

void TouchSet::await_touch(std::uint64_t token, SteadyTime until) {
    impl_->return_loan(token, [until](Entry& entry) { entry.untouched_until = until; });
}

bool TouchSet::more_is_known(std::uint64_t token) const {
    const std::lock_guard lock(impl_->mutex);
    const auto loan = impl_->loans.find(token);
    if (loan == impl_->loans.end()) return false;
    const auto& group = loan->second.group;
    const auto touched = [&](const Entry& entry) { return impl_->index.contains(entry.name.path); };
    const auto barred = [&](GroupId id) { return impl_->waiting.contains(id) && Impl::bars(group, impl_->waiting.at(id)); };
    return std::any_of(group.entries.begin(), group.entries.end(), touched) || std::any_of(impl_->barriers.begin(), impl_->barriers.end(), barred);
}

bool TouchSet::overtaken(std::uint64_t token) const {
    const std::lock_guard lock(impl_->mutex);
    const auto loan = impl_->loans.find(token);
    return loan != impl_->loans.end() && !loan->second.carried.empty();
}

std::optional<TouchSet::Work> TouchSet::take_sweep() {
    const std::lock_guard lock(impl_->mutex);
    return impl_->scopes.take();
}

bool TouchSet::has_room_for_sweep() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->index.size() < std::min(std::max<std::size_t>(impl_->limits.names / kSweepShare, 1), kSweepRoom);
}

void TouchSet::on_change(std::function<void()> callback) { impl_->changed = std::move(callback); }

TouchSetCounters TouchSet::counters() const {
    const std::lock_guard lock(impl_->mutex);
    TouchSetCounters counters = impl_->counters;
    counters.waiting = impl_->index.size();
    counters.looked_at = impl_->loaned.size();
    counters.gaps = impl_->scopes.size();
    return counters;
}

}  // namespace touchstone
