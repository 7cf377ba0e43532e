#include "fallbacks.hpp"

#include <fmt/format.h>

namespace touchstone {

Notice fallback(Severity severity, std::string text, std::string how, std::string why) {
    Notice notice;
    notice.action = NoticeAction::fallback;
    notice.severity = severity;
    notice.text = std::move(text);
    notice.details = {{"how", std::move(how)}, {"why", std::move(why)}};
    return notice;
}

std::vector<Notice> probe_fallbacks(ProbeTier tier, const std::string& declined, const std::vector<ProbeReport>& reports) {
    std::vector<Notice> notices;
    const std::string how(name_of(tier));
    if (!declined.empty()) notices.push_back(fallback(Severity::low, fmt::format("the probes are {}, and not the best there are: {}", how, declined), how, declined));
    for (const auto& report : reports) {
        if (!report.missing) continue;
        const auto text = fmt::format("the probe {} is missing, so these are found by comparing only: {}; {}", report.name, report.witnesses, report.why_not);
        notices.push_back(fallback(Severity::medium, text, fmt::format("{} without {}", how, report.name), report.why_not));
    }
    return notices;
}

std::vector<Notice> probe_fallbacks(const Probes& probes) { return probe_fallbacks(probes.tier(), probes.declined(), probes.reports()); }

Notice fanotify_fallback(std::string text, const std::string& why) { return fallback(Severity::medium, std::move(text), "fanotify", why); }

}  // namespace touchstone
