#include "touchstone/comparison_report.hpp"

#include <fmt/format.h>

#include "host.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/sink.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMostListed = 4'096;  // bytes of a list in one detail

// "/etc, /usr/bin and 12 more".
std::string list_of(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto name = printable(names[i]);
        if (!out.empty() && out.size() + name.size() > kMostListed) return out + fmt::format(" and {} more", names.size() - i);
        out += (i == 0 ? "" : ", ") + name;
    }
    return out;
}

// "content 12, log 2".
std::string profiles_of(const std::vector<Rule>& rules) {
    std::map<std::string_view, std::size_t> count;
    for (const auto& rule : rules) ++count[name_of(rule.profile)];
    std::string out;
    for (const auto& [profile, number] : count) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", profile, number);
    return out;
}

std::string summary(const ComparisonReport& report) {
    const auto& counts = report.differences;
    if (counts.total() == 0 && report.unverified == 0) return "no differences";
    return fmt::format("{} appeared, {} vanished, {} changed, {} could not be verified", counts.appeared, counts.vanished, counts.changed, report.unverified);
}

void add_baseline(std::map<std::string, std::string>& details, const BaselineInfo& baseline) {
    details["baseline_id"] = baseline.id;
    details["baseline_built_at"] = to_rfc3339(baseline.built_at);
    details["baseline_built_by"] = printable(baseline.built_by);
    details["baseline_objects"] = std::to_string(baseline.objects);
    details["digest"] = config_name(baseline.digest);
}

}  // namespace

void Counts::add(const Finding& finding) {
    if (finding.verdict == Verdict::expected) return void(++expected);
    if (finding.verdict == Verdict::authorized) return void(++authorized);
    switch (finding.action) {
        case Action::appeared: ++appeared; break;
        case Action::vanished: ++vanished; break;
        case Action::changed: ++changed; break;
        case Action::unreadable: ++unreadable; break;
        case Action::renamed:
            ++appeared;
            ++vanished;
            if (!finding.changes.empty()) ++changed;
            break;
        case Action::reverted:
        case Action::touched: break;
    }
}

int Counts::exit_status(std::uint64_t unlisted) const {
    return (appeared ? 1 : 0) + (vanished ? 2 : 0) + (changed ? 4 : 0) + (unreadable || unlisted ? 8 : 0);
}

Notice notice_of(const ComparisonReport& report, const Config& config) {
    Notice notice;
    notice.action = NoticeAction::sweep_finished;
    notice.severity = report.exit == 0 && report.unverified == 0 ? Severity::low : Severity::medium;
    notice.tags = config.verify.tags;
    notice.text = fmt::format("full comparison finished ({}): {} objects compared: {}", report.reason, report.objects, summary(report));
    auto& details = notice.details = report.more;
    details.insert({{"reason", report.reason},
                    {"depth", "full"},
                    {"started_by", report.started_by},
                    {"scopes", report.scopes.empty() ? kEveryWatch : list_of(report.scopes)},
                    {"rules", std::to_string(config.watches.size())},
                    {"profiles", profiles_of(config.watches)},
                    {"begun", to_rfc3339(report.begun)},
                    {"ended", to_rfc3339(report.ended)},
                    {"objects", std::to_string(report.objects)},
                    {"bytes", std::to_string(report.bytes)},
                    {"measured", std::to_string(report.measured)},
                    {"measured_bytes", std::to_string(report.measured_bytes)},
                    {"baseline_id", "none"},
                    {"baseline_path", printable(config.baseline.path)},
                    {"digest", std::string(config_name(config.baseline.digest))},
                    {"differences", std::to_string(report.differences.total())},
                    {"appeared", std::to_string(report.differences.appeared)},
                    {"vanished", std::to_string(report.differences.vanished)},
                    {"changed", std::to_string(report.differences.changed)},
                    {"unreadable", std::to_string(report.differences.unreadable)},
                    {"expected", std::to_string(report.differences.expected)},
                    {"authorized", std::to_string(report.differences.authorized)},
                    {"not_verified", std::to_string(report.unverified)},
                    {"skipped_mounts", std::to_string(report.skipped.size())},
                    {"exit", std::to_string(report.exit)}});
    if (!report.skipped.empty()) details["skipped"] = list_of(report.skipped);
    if (report.baseline) add_baseline(details, *report.baseline);
    return notice;
}

Status tell_journal(const Config& config, const Notice& notice, WallTime at) {
    if (!config.journald.enabled) return {};
    const Host host = read_host();
    Event event;
    event.body = notice;
    event.at = event.reported = at;
    event.digest = config.baseline.digest;
    OutgoingEvent outgoing;
    outgoing.id = event_id(event, host);
    outgoing.json = to_json(event, outgoing.id, host);
    outgoing.journal_fields = to_journal_fields(event, outgoing.id, host);
    const auto journal = make_journald_sink();
    if (journal->deliver({&outgoing, 1}) == 1) return {};
    return fail(journal->failure());
}

}  // namespace touchstone
