#include "transactions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxNamedItems = 256;  // named in a summary

std::string count_text(const std::map<std::string, std::uint64_t>& counts) {
    std::string text;
    for (const auto& [word, count] : counts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
    return text;
}

// null: it belongs to none.
const Evidence* part_of_transaction(const Finding& finding) {
    const auto part = std::find_if(finding.evidence.begin(), finding.evidence.end(), [](const Evidence& each) { return !each.transaction.empty(); });
    return part == finding.evidence.end() || finding.verdict == Verdict::unexpected ? nullptr : &*part;
}

void count_down(std::map<std::string, std::uint64_t>& counts, std::string_view word) {
    const auto at = counts.find(std::string(word));
    if (at != counts.end() && --at->second == 0) counts.erase(at);
}

std::int64_t to_json_time(WallTime at) { return at.time_since_epoch().count(); }
WallTime from_json_time(const nlohmann::json& value) { return WallTime{Nanoseconds{value.get<std::int64_t>()}}; }

WallTime touched_at(const TouchedName& touch) { return (touch.acts & ~kWithoutAnAct) != 0 ? touch.first : WallTime{}; }

}  // namespace

void Transactions::add(const Finding& finding, WallTime now) {
    const Evidence* part = part_of_transaction(finding);
    if (part == nullptr) return;
    if (std::find(summed_up_.begin(), summed_up_.end(), part->transaction) != summed_up_.end()) return;
    auto [at, made] = open_.try_emplace(part->transaction);
    auto& open = at->second;
    const auto touched = touched_at(finding.touch);
    if (made) open = {part->provider, {}, {}, touched, now};
    open.last = now;
    open.touched = std::min(open.touched, touched);
    ++open.verdicts[std::string(name_of(finding.verdict))];
    ++open.actions[std::string(name_of(finding.action))];
    changed_ = true;
}

void Transactions::take_back(const Finding& finding) {
    const Evidence* part = part_of_transaction(finding);
    const auto at = part != nullptr ? open_.find(part->transaction) : open_.end();
    if (at == open_.end()) return;
    count_down(at->second.verdicts, name_of(finding.verdict));
    count_down(at->second.actions, name_of(finding.action));
    if (at->second.verdicts.empty()) open_.erase(at);
    changed_ = true;
}

Notice Transactions::summary(const std::string& id, const Open& open, const std::optional<Transaction>& known) const {
    Notice notice;
    notice.action = NoticeAction::transaction_finished;
    notice.text = fmt::format("{}: {} ({})", known && !known->text.empty() ? known->text : open.provider + " transaction " + id, count_text(open.verdicts), count_text(open.actions));
    notice.details = {{"transaction", id}, {"provider", open.provider}};
    for (const auto& [verdict, count] : open.verdicts) notice.details["findings_" + verdict] = std::to_string(count);
    for (const auto& [action, count] : open.actions) notice.details["findings_" + action] = std::to_string(count);
    if (!known) return notice;
    notice.details["begun"] = to_rfc3339(known->begun);
    notice.details["ended"] = known->ended ? to_rfc3339(*known->ended) : "";
    std::string items;
    for (std::size_t i = 0; i < known->items.size() && i < kMaxNamedItems; ++i) items += (i == 0 ? "" : ", ") + known->items[i];
    if (known->items.size() > kMaxNamedItems) items += fmt::format(" and {} more", known->items.size() - kMaxNamedItems);
    notice.details["items"] = items;
    return notice;
}

std::vector<Notice> Transactions::due(const Ask& ask, bool all_looked_at, WallTime now) {
    std::vector<Notice> notices;
    for (auto at = open_.begin(); at != open_.end();) {
        const auto& [id, open] = *at;
        const auto known = ask(open.provider, id);
        const bool over = known && known->ended && now - *known->ended > (all_looked_at ? kQuiet : kBacklog);
        const bool forgotten = now - open.last > kForgotten || open_.size() > kMost;
        if (!forgotten && (!over || now - open.last <= kQuiet)) {
            ++at;
            continue;
        }
        if (const bool afterwards = known && known->ended && open.touched > *known->ended + kQuiet; !afterwards) {
            notices.push_back(summary(id, open, known));
            summed_up_.push_front(id);
            if (summed_up_.size() > kSummedUp) summed_up_.pop_back();
        }
        at = open_.erase(at);
        changed_ = true;
    }
    return notices;
}

bool Transactions::changed() { return std::exchange(changed_, false); }

std::string Transactions::saved() const {
    nlohmann::json all = nlohmann::json::object();
    for (const auto& [id, open] : open_)
        all[id] = {{"provider", open.provider}, {"verdicts", open.verdicts}, {"actions", open.actions}, {"touched", to_json_time(open.touched)},
                   {"last", to_json_time(open.last)}};
    return nlohmann::json{{"open", all}, {"summed_up", summed_up_}}.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void Transactions::restore(const std::string& text) {
    try {
        const auto all = nlohmann::json::parse(text);
        for (const auto& [id, value] : all.at("open").items()) {
            if (open_.size() >= kMost) break;
            open_[id] = {value.at("provider"), value.at("verdicts"), value.at("actions"), from_json_time(value.at("touched")), from_json_time(value.at("last"))};
        }
        summed_up_ = all.at("summed_up");
    } catch (const nlohmann::json::exception&) {
        open_.clear();
        summed_up_.clear();
    }
}

}  // namespace touchstone
