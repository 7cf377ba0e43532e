#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/event.hpp"
#include "touchstone/judge.hpp"

namespace touchstone::cli {
namespace {

bool is_difference(const Finding& finding) {
    return finding.action != Action::touched && finding.action != Action::reverted && !finding.transient;
}

Finding unverified(const Surveyed& surveyed) {
    Finding finding;
    finding.action = Action::unreadable;
    finding.severity = surveyed.rule->severity;
    finding.path = surveyed.now.path;
    finding.unreadable = *surveyed.now.unreadable();
    finding.rule = surveyed.rule;
    return finding;
}

std::string headline(const Finding& finding) {
    std::string line = "  " + printable(finding.path);
    if (!finding.previous_path.empty()) line += " (was " + printable(finding.previous_path) + ")";
    const Attributes* is = finding.action == Action::vanished ? (finding.before ? &*finding.before : nullptr)
                                                               : (finding.after ? &*finding.after : nullptr);
    if (is && (finding.action == Action::appeared || finding.action == Action::vanished))
        line += fmt::format("  ({} {} {}:{}, {})", name_of(is->type), mode_text(is->mode), is->uid, is->gid, size_text(is->size));
    if (finding.unreadable) line += ": " + printable(reason_text(*finding.unreadable));
    const bool settled = finding.verdict != Verdict::unexpected;
    line += fmt::format("  [{}]\n", settled ? name_of(finding.verdict) : name_of(finding.severity));
    for (const auto& each : finding.evidence)
        line += fmt::format("      {} {}{}: {}\n", printable(each.provider), printable(each.source), each.weak ? " (weak)" : "", printable(each.reason));
    for (const auto& other : finding.other_paths) line += "      also " + printable(other) + "\n";
    if (!finding.reason.empty()) line += "      " + printable(finding.reason) + "\n";
    return line;
}

std::string change_lines(const Finding& finding) {
    if (finding.action != Action::changed && finding.action != Action::renamed) return {};
    std::size_t width = 0;
    for (const auto& change : finding.changes) width = std::max(width, change.attribute.size());
    const auto value = [](const std::string& text) { return text.empty() ? std::string("-") : printable(shown_value(text)); };
    std::string out;
    for (const auto& change : finding.changes)
        out += fmt::format("      {:<{}}  {} -> {}\n", printable(change.attribute), width, value(change.before), value(change.after));
    return out;
}

std::string group(const Comparison& comparison, Action action, const char* title) {
    std::string lines;
    std::uint64_t members = 0;
    for (const auto& [path, finding] : comparison.findings()) {
        if (finding.action != action) continue;
        ++members;
        lines += headline(finding) + change_lines(finding);
    }
    return members == 0 ? std::string() : fmt::format("{} ({})\n{}\n", title, with_commas(members), lines);
}

Subject subject_of(const Surveyed& surveyed) {
    Subject subject;
    subject.touch.path = surveyed.now.path;
    subject.touch.acts = bit(Act::look);
    subject.touch.first = subject.touch.last = surveyed.now.looked_at;
    subject.touch.verify_all = true;
    subject.rule = surveyed.rule;
    subject.baseline = surveyed.expected;
    subject.now = surveyed.now;
    subject.rotation = surveyed.rotation;
    subject.claims = surveyed.claims;
    return subject;
}

// It was settled when it was reported, by evidence that may have gone since (who did it), and stands as it did then.
void keep_standing(Finding& finding, Verdict standing) {
    if (finding.verdict != Verdict::unexpected || standing == Verdict::unexpected) return;
    finding.verdict = standing;
    finding.severity = Severity::low;
    finding.evidence = {{"watch", "the state", "", fmt::format("reported as {} and unchanged since", name_of(standing)), false, ""}};
}

std::optional<Finding> difference_of(const std::string& path, Judgement judged) {
    for (auto& finding : judged.findings)
        if (finding.path == path && is_difference(finding)) return std::move(finding);
    return std::nullopt;
}

// Most are, in every attribute: judging those finds nothing.
bool is_as_expected(const Surveyed& surveyed) {
    return surveyed.expected && surveyed.expected->look == surveyed.now.look && !surveyed.now.unreadable();
}

}  // namespace

std::optional<Finding> compare(const Surveyed& surveyed, DigestAlgorithm digest) {
    if (is_as_expected(surveyed)) return std::nullopt;
    if (auto finding = difference_of(surveyed.now.path, judge({subject_of(surveyed)}, {}, digest))) {
        keep_standing(*finding, surveyed.standing);
        return finding;
    }
    if (surveyed.now.unreadable()) return unverified(surveyed);
    return std::nullopt;
}

void Comparison::add(Finding finding) {
    const auto [at, added] = findings_.try_emplace(finding.path, std::move(finding));
    if (added) counts_.add(at->second);
}

std::string describe(const Comparison& comparison) {
    return group(comparison, Action::appeared, "Appeared") + group(comparison, Action::vanished, "Vanished") +
           group(comparison, Action::renamed, "Renamed") + group(comparison, Action::changed, "Changed") +
           group(comparison, Action::unreadable, "Could not be verified");
}

std::string in_short(const Comparison& comparison) {
    const Counts& counts = comparison.counts();
    std::string out;
    const auto add = [&](std::uint64_t number, const char* word) {
        if (number != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", with_commas(number), word);
    };
    add(counts.appeared, "appeared");
    add(counts.vanished, "vanished");
    add(counts.changed, "changed");
    add(counts.unreadable, "could not be verified");
    if (comparison.unlisted() != 0) add(comparison.unlisted(), comparison.unlisted() == 1 ? "directory could not be listed" : "directories could not be listed");
    if (comparison.settled() != 0) return fmt::format("{}, {} expected or authorized", out.empty() ? "no unexpected differences" : out, with_commas(comparison.settled()));
    return out.empty() ? "no differences" : out;
}

}  // namespace touchstone::cli
