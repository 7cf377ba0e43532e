#include "touchstone/log_groups.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone::reader {
namespace {

constexpr std::size_t kKeptChanges = 16;
constexpr std::size_t kKeptValue = 256;

bool is_set(const std::string& id) { return !id.empty() && id != "4294967295"; }

std::string actor_key(const Entry& entry) {
    if (!entry.process) return "nobody " + entry.actor_unknown;
    if (!entry.container_id.empty()) return "container " + entry.container_id;
    if (is_set(entry.audit_session)) return "session " + entry.audit_session + " " + entry.login_uid;
    if (!entry.systemd_unit.empty()) return "unit " + entry.systemd_unit;
    return "process " + entry.process->entity_id + " " + std::to_string(entry.process->pid.value_or(0));
}

std::string transaction_key(const std::string& id) { return "transaction " + id + " "; }

std::string key_of(const Entry& entry) {
    if (entry.dataset != Dataset::finding) return "";
    return (entry.transaction ? transaction_key(entry.transaction->id) : actor_key(entry) + " ") + entry.verdict;
}

// What a line of its own shows, and nothing whose length nobody knows.
Entry in_short(const Entry& entry) {
    Entry out = entry;
    if (out.changes.size() > kKeptChanges) {
        out.changes_omitted += out.changes.size() - kKeptChanges;
        out.changes.resize(kKeptChanges);
    }
    for (auto& change : out.changes)
        for (auto* value : {&change.before, &change.after})
            if (value->size() > kKeptValue) value->resize(kKeptValue);
    if (out.other_paths.size() > kKeptChanges) out.other_paths.resize(kKeptChanges);
    out.args.clear();
    out.ancestors.clear();
    out.actors.clear();
    out.digests.clear();
    out.evidence.clear();
    out.tags.clear();
    out.details.clear();
    return out;
}

std::string common_directory(const std::string& directory, std::string_view path) {
    std::string_view common = directory;
    while (!common.empty() && !is_within(path, common)) common = common == "/" ? std::string_view() : split_path(common).directory;
    return std::string(common);
}

void name_process(Group& group, const Entry& entry) {
    if (!entry.process || entry.process->name.empty() || std::ranges::count(group.processes, entry.process->name) > 0) return;
    if (group.processes.size() < Group::kNamedProcesses)
        group.processes.push_back(entry.process->name);
    else
        group.more_processes = true;
}

void take_in(Group& group, const Entry& entry) {
    ++group.count;
    ++group.actions[entry.action];
    group.begin = std::min(group.begin, entry.at);
    group.end = std::max(group.end, entry.at);
    group.severity = std::max(group.severity, entry.severity);
    group.directory = common_directory(group.directory, entry.path);
    name_process(group, entry);
    if (entry.transaction && group.transaction && group.transaction->description.empty()) group.transaction = entry.transaction;
}

Group group_of(const Entry& entry) {
    Group group{.first = in_short(entry), .begin = entry.at, .end = entry.at, .severity = entry.severity, .actions = {{entry.action, 1}},
                .directory = std::string(split_path(entry.path).directory), .processes = {}, .transaction = entry.transaction};
    name_process(group, entry);
    return group;
}

}  // namespace

bool Groups::is_over(const Item& item, WallTime now) const {
    if (item.group.transaction) return now - item.seen > bounds_.transaction_quiet;
    return now - item.seen > bounds_.quiet || now - item.opened > bounds_.span;
}

void Groups::add(const Entry& entry, WallTime now) {
    expire(now);
    if (entry.action == "transaction-finished" && end_transaction(entry)) return;
    auto key = key_of(entry);
    if (const auto found = open_.find(key); !key.empty() && found != open_.end()) {
        take_in(found->second->group, entry);
        found->second->seen = now;
        return;
    }
    open(entry, std::move(key), now);
}

// True when a group stands for it.
bool Groups::end_transaction(const Entry& notice) {
    if (!notice.transaction) return false;
    const auto prefix = transaction_key(notice.transaction->id);
    std::vector<Place> ended;
    for (const auto& [key, place] : open_)
        if (key.starts_with(prefix)) ended.push_back(place);
    for (const auto place : ended) {
        auto& transaction = *place->group.transaction;
        if (transaction.kind.empty()) transaction.kind = notice.transaction->kind;
        if (!notice.transaction->description.empty()) transaction.description = notice.transaction->description;
        if (transaction.description.empty()) transaction.description = notice.message;
        close(place);
    }
    if (!ended.empty()) give_out();
    return !ended.empty();
}

void Groups::open(const Entry& entry, std::string key, WallTime now) {
    const auto place = items_.insert(items_.end(), Item{group_of(entry), key, now, now, key.empty()});
    if (!key.empty()) {
        open_.emplace(std::move(key), place);
        next_look_ = std::min(next_look_, now + std::min({bounds_.quiet, bounds_.transaction_quiet, bounds_.span}));
    }
    if (items_.size() > bounds_.held) close(items_.begin());
    give_out();
}

void Groups::close(Place place) {
    open_.erase(place->key);
    place->closed = true;
}

void Groups::expire(WallTime now) {
    if (now <= next_look_) return;
    std::vector<Place> over;
    next_look_ = WallTime::max();
    for (const auto& [key, place] : open_) {
        if (is_over(*place, now)) {
            over.push_back(place);
            continue;
        }
        const auto quiet_at = place->seen + (place->group.transaction ? bounds_.transaction_quiet : bounds_.quiet);
        next_look_ = std::min(next_look_, place->group.transaction ? quiet_at : std::min(quiet_at, place->opened + bounds_.span));
    }
    for (const auto place : over) close(place);
    if (!over.empty()) give_out();
}

void Groups::finish() {
    open_.clear();
    for (auto& item : items_) item.closed = true;
    give_out();
}

void Groups::give_out() {
    for (auto place = items_.begin(); place != items_.end();) {
        if (!place->closed) {
            if (bounds_.in_order) return;
            ++place;
            continue;
        }
        receive_(place->group);
        place = items_.erase(place);
    }
}

}  // namespace touchstone::reader
