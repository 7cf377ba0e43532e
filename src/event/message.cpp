// The sentence for people. One line, safe on a terminal: names are printable().
#include <fmt/format.h>

#include <cstring>

#include "event_kinds.hpp"
#include "process_json.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxNamed = 8;  // attributes named in the sentence

std::string_view verb_of(const Finding& finding) {
    switch (finding.action) {
        case Action::reverted: return "is as in the baseline again";
        case Action::unreadable: return "could not be looked at";
        case Action::vanished: return finding.transient ? "came and went" : "vanished";
        default: return name_of(finding.action);
    }
}

std::string window_text(const TouchedName& touch) {
    if (touch.unwatched_since == WallTime{}) return "";
    return fmt::format(" between {} and {} while not watching", to_rfc3339(touch.unwatched_since), to_rfc3339(touch.last));
}

std::string changes_text(const std::vector<Change>& changes) {
    std::string text;
    for (std::size_t i = 0; i < changes.size() && i < kMaxNamed; ++i) text += (i == 0 ? ": " : ", ") + printable(changes[i].attribute);
    if (changes.size() > kMaxNamed) text += fmt::format(" and {} more", changes.size() - kMaxNamed);
    return text;
}

std::string what_text(const Finding& finding) {
    std::string text;
    if (!finding.previous_path.empty()) text += " from " + printable(finding.previous_path);
    if (finding.descendants) text += fmt::format(" with {} known objects below it", *finding.descendants);
    text += window_text(finding.touch);
    text += changes_text(finding.changes);
    if (finding.unreadable) {
        const char* description = ::strerrordesc_np(finding.unreadable->error);
        text += fmt::format(": {}: {}", printable(finding.unreadable->attempted), description ? description : "unknown error");
    }
    return text;
}

// What it rests on; of an unexpected one what speaks against it.
std::string verdict_text(const Finding& finding) {
    const bool unexpected = finding.verdict == Verdict::unexpected;
    if (unexpected && finding.evidence.empty()) return "";
    std::string text = unexpected ? "" : fmt::format("; {}", name_of(finding.verdict));
    if (finding.evidence.empty()) return text;
    const Evidence& first = finding.evidence.front();
    text += fmt::format("{} {} {}", unexpected ? ";" : " by", printable(first.provider), printable(first.source));
    return unexpected ? text + ": " + printable(first.reason) : text;
}

std::string who_text(const TouchedName& touch, const std::string& user_name) {
    const Actor* actor = last_writer(touch);
    if (!actor) return "";
    const auto user = user_name.empty() ? std::to_string(actor->process.uid) : printable(user_name);
    return fmt::format("; by {} (pid {}), user {}", printable(actor->process.name), actor->process.pid, user);
}

std::string sentence(const Finding& finding, const Event& event) {
    std::string text = printable(finding.path);
    text += ' ';
    text += verb_of(finding);
    text += what_text(finding);
    if (!finding.reason.empty()) text += "; " + printable(finding.reason);
    text += verdict_text(finding);
    return text + who_text(finding.touch, event.names.user);
}

std::string sentence(const Gap& gap, const Event&) {
    const std::string count = gap.lost == 0 ? "" : fmt::format("{} ", gap.lost);
    const std::string scope = gap.scope.empty() ? "in every watch" : "at or below " + printable(gap.scope);
    return fmt::format("{}touches {} may have been missed: {}", count, scope, printable(gap.reason));
}

std::string sentence(const Notice& notice, const Event&) {
    return notice.text.empty() ? std::string(name_of(notice.action)) : printable(notice.text);
}

}  // namespace

std::string to_message(const Event& event) {
    return std::visit([&](const auto& body) { return sentence(body, event); }, event.body);
}

}  // namespace touchstone
