#include "touchstone/suggestions.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone::reader {
namespace {

constexpr std::int64_t kCritical = 99;
constexpr std::size_t kNamesOfOne = 3;  // of one directory, by one writer: more are a habit of the directory

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Somebody at a terminal, or logged in and running something.
bool is_by_hand(const Entry& entry) { return !entry.tty.empty() || !entry.login_uid.empty() || entry.systemd_unit.ends_with(".scope"); }

bool are_known(const Entry& entry) {
    const auto is_known = [](const EntryProcess& actor) { return !actor.executable.empty(); };
    return entry.process && is_known(*entry.process) && entry.actors_complete && !entry.actors.empty() && std::all_of(entry.actors.begin(), entry.actors.end(), is_known);
}

// Of several programs only what one unit runs is a habit of the host.
bool are_one(const Entry& entry) {
    return std::all_of(entry.actors.begin(), entry.actors.end(), [&](const EntryProcess& actor) {
        const bool same_program = actor.executable == entry.process->executable && (actor.user_id.empty() || actor.user_id == entry.process->user_id);
        return same_program || (!actor.systemd_unit.empty() && actor.systemd_unit == entry.systemd_unit);
    });
}

std::string user_of(const EntryProcess& writer, const EntryProcess& last) {
    const bool named = !last.user_name.empty() && (writer.user_id.empty() || writer.user_id == last.user_id);
    return named ? last.user_name : writer.user_id;
}

bool counts(const Entry& entry) {
    if (entry.dataset != Dataset::finding || entry.verdict != "unexpected" || entry.severity >= kCritical || entry.path.empty()) return false;
    const bool named = entry.action == "changed" || entry.action == "appeared" || entry.action == "vanished" || entry.action == "touched" || entry.action == "reverted";
    return named && are_known(entry) && are_one(entry) && !is_by_hand(entry);
}

bool is_digest(const std::string& attribute) { return attribute.starts_with("sha") && attribute != "shadow"; }

void add_attributes(Suggestion& suggestion, const Entry& entry, bool& anything) {
    if (entry.action == "appeared" || entry.action == "vanished" || entry.changes_omitted > 0) anything = true;
    for (const auto& change : entry.changes) suggestion.attributes.insert(is_digest(change.attribute) || change.attribute == "size" ? "content" : change.attribute);
}

// Several names of one directory by one writer become one pattern.
std::vector<Suggestion> by_directory(std::vector<Suggestion> all) {
    std::map<std::tuple<std::string, std::string, std::string, std::string>, std::vector<Suggestion>> places;
    for (auto& each : all) places[{each.executable, each.unit, each.user, std::string(split_path(each.path).directory)}].push_back(std::move(each));
    std::vector<Suggestion> joined;
    for (auto& [place, members] : places) {
        if (members.size() <= kNamesOfOne) {
            std::move(members.begin(), members.end(), std::back_inserter(joined));
            continue;
        }
        Suggestion whole = members.front();
        whole.path = join_path(std::get<3>(place), "*");
        bool anything = whole.attributes.empty();
        for (std::size_t i = 1; i < members.size(); ++i) {
            auto& each = members[i];
            anything = anything || each.attributes.empty();
            whole.attributes.merge(each.attributes);
            whole.count += each.count;
            whole.first = std::min(whole.first, each.first);
            whole.last = std::max(whole.last, each.last);
            for (const auto& path : each.examples)
                if (whole.examples.size() < Suggestion::kExamples) whole.examples.insert(path);
        }
        if (anything) whole.attributes.clear();
        joined.push_back(std::move(whole));
    }
    return joined;
}

}  // namespace

std::string pattern_of(const std::string& path) {
    const auto [directory, name] = split_path(path);
    std::string pattern;
    for (std::size_t i = 0; i < name.size();) {
        if (is_digit(name[i])) {
            while (i < name.size() && is_digit(name[i])) ++i;
            if (!pattern.ends_with('*')) pattern += '*';
            continue;
        }
        if (std::string_view("*?[\\").find(name[i]) != std::string_view::npos) pattern += '\\';
        pattern += name[i++];
    }
    return join_path(directory, pattern);
}

void Suggestions::add(const Entry& entry) {
    if (!counts(entry)) return;
    ++considered_;
    std::set<std::pair<std::string, std::string>> writers;
    for (const auto& actor : entry.actors) writers.emplace(actor.executable, user_of(actor, *entry.process));
    for (const auto& [executable, user] : writers) add({executable, entry.systemd_unit, user, pattern_of(entry.path)}, entry);
}

void Suggestions::add(const Key& key, const Entry& entry) {
    auto known = found_.find(key);
    if (known == found_.end()) {
        if (found_.size() >= kMostKept) return void(++left_out_);
        known = found_.emplace(key, Suggestion{std::get<3>(key), {}, std::get<0>(key), std::get<1>(key), std::get<2>(key), 0, entry.at, entry.at, {}}).first;
    }
    Suggestion& suggestion = known->second;
    bool anything = suggestion.count > 0 && suggestion.attributes.empty();
    add_attributes(suggestion, entry, anything);
    if (anything) suggestion.attributes.clear();
    ++suggestion.count;
    suggestion.first = std::min(suggestion.first, entry.at);
    suggestion.last = std::max(suggestion.last, entry.at);
    if (suggestion.examples.size() < Suggestion::kExamples) suggestion.examples.insert(entry.path);
}

std::vector<Suggestion> Suggestions::most_frequent(std::uint64_t often) const {
    std::vector<Suggestion> all;
    for (const auto& [key, suggestion] : found_) all.push_back(suggestion);
    all = by_directory(std::move(all));
    std::erase_if(all, [often](const Suggestion& each) { return each.count < often; });
    std::stable_sort(all.begin(), all.end(), [](const Suggestion& one, const Suggestion& other) { return one.count > other.count; });
    return all;
}

}  // namespace touchstone::reader
