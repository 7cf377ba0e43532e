// `touchstone check`: everything now, against the baseline.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cancellation.hpp"
#include "clock.hpp"
#include "comparison.hpp"
#include "daemon.hpp"
#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "privileges.hpp"
#include "progress.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/comparison_report.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

struct Checked {
    Comparison comparison;
    SurveyResult survey;
    BaselineInfo baseline;
    WallTime started{};
    Nanoseconds took{};
    std::uint64_t bytes = 0;
    int interrupted = 0;  // the exit status of a signal; 0 when none came
};

OpenExpected opener(const Config& config) {
    return [&config] { return Expected::open(config.baseline.path, config.state.path); };
}

Result<Checked> compare_all(const Session& session, const std::vector<std::string>& paths, const BaselineInfo& baseline) {
    Checked checked;
    checked.baseline = baseline;
    checked.started = wall_now();
    const SteadyTime started = steady_now();
    SurveyOptions options = survey_options(session, baseline.digest, paths);
    options.open_sift = [&]() -> Sift { return [&](const Surveyed& one) { return compare(one, baseline.digest).has_value(); }; };
    SurveyProgress progress;
    const Cancellation cancellation(progress.cancel);
    {
        const ProgressBar bar(progress, session.policy, options);
        auto surveyed = survey(session.policy, options, opener(session.config()), progress, [&](Surveyed one) -> Status {
            if (auto finding = compare(one, baseline.digest)) checked.comparison.add(std::move(*finding));
            return {};
        });
        if (!surveyed) return fail(surveyed.error());
        checked.survey = std::move(*surveyed);
    }
    checked.comparison.add_unlisted(checked.survey.unlisted);
    checked.took = steady_now() - started;
    checked.bytes = progress.bytes;
    checked.interrupted = cancellation.exit_status();
    return checked;
}

ComparisonReport report_of(const Checked& checked, const std::vector<std::string>& paths) {
    const auto& comparison = checked.comparison;
    ComparisonReport report;
    report.reason = "check";
    report.started_by = who_am_i();
    report.scopes = paths;
    report.baseline = checked.baseline;
    report.begun = checked.started;
    report.ended = checked.started + checked.took;
    report.objects = checked.survey.objects;
    report.bytes = checked.bytes;
    report.measured = checked.survey.measured;
    report.measured_bytes = checked.survey.measured_bytes;
    report.differences = comparison.counts();
    report.unverified = comparison.counts().unreadable + comparison.unlisted();
    report.exit = comparison.exit_status();
    report.skipped = checked.survey.skipped;
    report.more = {{"changing", std::to_string(checked.survey.changing)}, {"unlisted_directories", std::to_string(comparison.unlisted())}};
    if (auto unit = systemd_unit(); !unit.empty()) report.more["started_in"] = std::move(unit);
    return report;
}

std::string summary_json(const Checked& checked, const Config& config, const std::vector<std::string>& paths, const Notice& notice) {
    nlohmann::json out{{"objects", checked.survey.objects},
                       {"bytes_read", checked.bytes},
                       {"measured", checked.survey.measured},
                       {"bytes_measured", checked.survey.measured_bytes},
                       {"started", to_rfc3339(checked.started)},
                       {"seconds", std::chrono::duration<double>(checked.took).count()},
                       {"changing", checked.survey.changing},
                       {"skipped_mounts", nlohmann::json::array()},
                       {"scopes", nlohmann::json::array()}};
    out["baseline"] = {{"id", checked.baseline.id},
                       {"built_at", to_rfc3339(checked.baseline.built_at)},
                       {"objects", checked.baseline.objects},
                       {"digest", config_name(checked.baseline.digest)}};
    put_path(out["baseline"], "path", config.baseline.path);
    for (const auto& mount : checked.survey.skipped) out["skipped_mounts"].push_back(escape_invalid_utf8(mount));
    for (const auto& path : paths) out["scopes"].push_back(escape_invalid_utf8(path));
    out["report"] = notice.details;
    out["report"]["tags"] = notice.tags;
    return to_text(out);
}

std::string report(const Checked& checked) {
    std::string out = describe(checked.comparison);
    for (const auto& mount : checked.survey.skipped) out += "not entered: " + printable(mount) + "\n";
    if (checked.survey.measured > 0)
        out += fmt::format("{} verified by fs-verity's measurement ({} not read)\n", counted(checked.survey.measured, "file"), size_text(checked.survey.measured_bytes));
    out += fmt::format("{} compared ({} read) in {} with baseline {} of {}: {}\n", counted(checked.survey.objects, "object"), size_text(checked.bytes),
                       duration_text(checked.took), checked.baseline.id.substr(0, 16), time_text(checked.baseline.built_at), in_short(checked.comparison));
    return out;
}

void warn(const Config& config, const Expected& expected, const BaselineInfo& baseline) {
    if (expected.state_failure())
        say("touchstone: what the watch knows of rotated logs is left out: " + printable(expected.state_failure()->what));
    if (baseline.digest != config.baseline.digest)
        say(fmt::format("touchstone: comparing by {}, as the baseline was built; {} takes effect with the next: touchstone baseline build",
                        config_name(baseline.digest), config_name(config.baseline.digest)));
}

}  // namespace

int check(const Session& session, const Arguments& arguments) {
    const Config& config = session.config();
    BaselineInfo baseline;
    {
        auto expected = Expected::open(config.baseline.path, config.state.path);
        if (!expected) return fail_without_baseline(expected.error(), config);
        baseline = (*expected)->baseline().info();
        warn(config, **expected, baseline);
        if (auto offered = check_digest_of(baseline, config); !offered) return refuse(offered.error());
    }
    auto checked = compare_all(session, arguments.paths, baseline);
    if (!checked) return fail_without_baseline(checked.error(), config);
    if (checked->interrupted != 0) {
        say("touchstone: interrupted; nothing is said about what was not compared");
        return checked->interrupted;
    }
    const int exit = checked->comparison.exit_status();
    std::vector<std::string> paths;
    for (const auto& [path, finding] : checked->comparison.findings()) paths.push_back(path);
    const Notice notice = notice_of(report_of(*checked, arguments.paths), config);
    hand_over(config, paths, notice, wall_now());
    const std::string text =
        arguments.json ? to_json(checked->comparison, exit, summary_json(*checked, config, arguments.paths, notice)) : report(*checked);
    return print(text, exit);
}

}  // namespace touchstone::cli
