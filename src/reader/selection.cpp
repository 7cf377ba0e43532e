#include "touchstone/log_selection.hpp"

#include <algorithm>
#include <cstring>

#include "touchstone/bytes.hpp"
#include "touchstone/policy.hpp"

namespace touchstone::reader {
namespace {

bool names_path(const std::string& wanted, const std::string& path) {
    if (path.empty()) return false;
    if (!has_glob(wanted)) return is_within(path, wanted);
    return wanted.find('/') == std::string::npos ? glob_match(wanted, split_path(path).name) : glob_match(wanted, path);
}

bool is_about(const std::string& wanted, const Entry& entry) {
    if (names_path(wanted, entry.path) || names_path(wanted, entry.previous_path)) return true;
    if (std::ranges::any_of(entry.other_paths, [&](const auto& path) { return names_path(wanted, path); })) return true;
    return entry.dataset == Dataset::gap && (entry.path.empty() || (!has_glob(wanted) && is_within(wanted, entry.path)));
}

bool names(const std::string& wanted, std::string_view value) {
    return !value.empty() && (value == wanted || (has_glob(wanted) && glob_match(wanted, value)));
}

bool is_process(const std::string& wanted, const EntryProcess& process) {
    return names(wanted, process.name) || names(wanted, process.executable) || names(wanted, split_path(process.executable).name) ||
           (process.pid && names(wanted, std::to_string(*process.pid))) || names(wanted, process.user_id) || names(wanted, process.user_name) ||
           names(wanted, process.entity_id);
}

bool is_actor(const std::string& wanted, const Entry& entry) {
    if (entry.process && is_process(wanted, *entry.process)) return true;
    if (names(wanted, entry.login_uid) || names(wanted, entry.container_id) || names(wanted, entry.systemd_unit)) return true;
    return std::ranges::any_of(entry.actors, [&](const auto& actor) { return is_process(wanted, actor); });
}

template <class List, class Holds>
bool any(const List& list, Holds holds) {
    return list.empty() || std::ranges::any_of(list, holds);
}

// Does JSON write these bytes as they are? Whatever a writer may escape is not looked for.
bool is_verbatim(std::string_view bytes) {
    return std::ranges::all_of(bytes, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

constexpr std::string_view kTimeKey = "{\"@timestamp\":\"";
constexpr std::size_t kTimeLength = 30;

std::string_view time_in(std::string_view line) {
    if (!line.starts_with(kTimeKey) || line.size() < kTimeKey.size() + kTimeLength) return {};
    const auto time = line.substr(kTimeKey.size(), kTimeLength);
    return time.back() == 'Z' && time[19] == '.' ? time : std::string_view();
}

bool holds_needle(std::string_view line, const std::string& needle) {
    return ::memmem(line.data(), line.size(), needle.data(), needle.size()) != nullptr;
}

// The longest part of a glob that stands for itself; "" when that is too short to tell anything, or not written as it is.
std::string literal_of(const std::string& wanted) {
    if (!has_glob(wanted)) return is_verbatim(wanted) ? wanted : std::string();
    const auto literal = wanted.substr(0, wanted.find_first_of("*?[\\"));
    return literal.size() > 2 && is_verbatim(literal) && !literal.ends_with('/') ? literal : std::string();
}

}  // namespace

bool Selection::matches(const Entry& entry) const {
    if ((since && entry.at < *since) || (until && entry.at >= *until) || entry.severity < severity) return false;
    return any(datasets, [&](Dataset each) { return entry.dataset == each; }) && any(verdicts, [&](const auto& each) { return entry.verdict == each; }) &&
           any(actions, [&](const auto& each) { return entry.action == each; }) && any(ids, [&](const auto& each) { return entry.id.starts_with(each); }) &&
           any(paths, [&](const auto& each) { return is_about(each, entry); }) && any(actors, [&](const auto& each) { return is_actor(each, entry); });
}

Sieve::Sieve(const Selection& selection) {
    if (selection.since) since_ = to_rfc3339(*selection.since);
    if (selection.until) until_ = to_rfc3339(*selection.until);
    const auto look_for = [&](const std::vector<std::string>& wanted, const std::string& or_else) {
        std::vector<std::string> needles;
        for (const auto& each : wanted) needles.push_back(literal_of(each));
        if (needles.empty() || std::ranges::any_of(needles, &std::string::empty)) return;
        if (!or_else.empty()) needles.push_back(or_else);
        needles_.push_back(std::move(needles));
    };
    look_for(selection.ids, "");
    look_for(selection.actions, "");
    look_for(selection.verdicts, "");
    look_for(selection.actors, "");
    look_for(selection.paths, "touchstone.gap");
}

bool Sieve::may_match(std::string_view line) const {
    if (!since_.empty() || !until_.empty()) {
        const auto time = time_in(line);
        if (!time.empty() && !since_.empty() && time < since_) return false;
        if (!time.empty() && !until_.empty() && time >= until_) return false;
    }
    return std::ranges::all_of(needles_, [&](const auto& any_of) {
        return std::ranges::any_of(any_of, [&](const auto& needle) { return holds_needle(line, needle); });
    });
}

}  // namespace touchstone::reader
