// `touchstone baseline build`: records every watched object as it is now.
#include <fmt/format.h>

#include "baseline_file.hpp"
#include "cancellation.hpp"
#include "clock.hpp"
#include "daemon.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "predecessor.hpp"
#include "progress.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/runtime.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

constexpr std::size_t kNamedUnreadable = 20;

struct Built {
    SurveyResult survey;
    std::uint64_t bytes = 0;
    std::uint64_t unreadable = 0;
    std::vector<std::string> named;  // the first of the unreadable, with the reason
    Nanoseconds took{};
};

void count_unreadable(const Observation& now, Built& built) {
    const Unreadable* unreadable = now.unreadable();
    if (!unreadable) return;
    ++built.unreadable;
    if (built.named.size() < kNamedUnreadable) built.named.push_back(printable(now.path) + ": " + printable(reason_text(*unreadable)));
}

Result<Built> record_all(const Session& session, BaselineWriter& writer, Predecessor& predecessor, SurveyProgress& progress) {
    Built built;
    const SteadyTime started = steady_now();
    SurveyOptions options = survey_options(session, session.config().baseline.digest, {});
    options.open_sift = [&]() -> Sift {
        return [compare = predecessor.open_comparison()](const Surveyed& one) {
            compare(one.now, one.rule->profile);
            return true;
        };
    };
    {
        const ProgressBar bar(progress, session.policy, options);
        auto surveyed = survey(session.policy, options, {}, progress, [&](const Surveyed& one) -> Status {
            count_unreadable(one.now, built);
            return writer.put(one.now);
        });
        if (!surveyed) return fail(surveyed.error());
        built.survey = std::move(*surveyed);
    }
    built.bytes = progress.bytes;
    built.took = steady_now() - started;
    return built;
}

void say_what_was_not_read(const Built& built) {
    for (const auto& line : built.named) say("touchstone: " + line);
    if (built.unreadable > built.named.size()) say(fmt::format("touchstone: and {} more", with_commas(built.unreadable - built.named.size())));
    if (built.survey.unlisted > 0)
        say(fmt::format("touchstone: {} could not be listed; what is below is not in the baseline", counted(built.survey.unlisted, "directory", "directories")));
    for (const auto& mount : built.survey.skipped) say("touchstone: not entered: " + printable(mount));
}

std::string report(const Built& built, const BaselineInfo& info, const Config& config, const Predecessor& predecessor) {
    std::string out = fmt::format("{} recorded ({} read) in {}", counted(info.objects, "object"), size_text(built.bytes), duration_text(built.took));
    if (built.unreadable > 0) out += fmt::format(", {} of them unreadable", with_commas(built.unreadable));
    out += fmt::format("\nbaseline {} at {}\n", info.id, printable(config.baseline.path));
    return out + predecessor.report();
}

}  // namespace

int baseline_build(const Session& session) {
    const Config& config = session.config();
    if (auto offered = check_digest(session.loaded); !offered) return refuse(offered.error());
    auto lock = lock_baseline(config.baseline.path);
    if (!lock) return fail_with(lock.error());
    SurveyProgress progress;
    const Cancellation cancellation(progress.cancel);
    auto writer = BaselineWriter::create(config.baseline.path, info_now(config.baseline.digest));
    if (!writer) return fail_with(writer.error());
    Predecessor predecessor(config.baseline.path, config.baseline.digest);

    auto built = record_all(session, *writer, predecessor, progress);
    if (!built) return fail_with(built.error());
    if (cancellation.exit_status() != 0) {
        say("touchstone: interrupted; the baseline is as it was before");
        return cancellation.exit_status();
    }
    if (auto noted = predecessor.carry_over(*writer, wall_now()); !noted) return fail_with(noted.error());
    const auto info = writer->commit();
    if (!info) return fail_with(info.error());
    tell_baseline_changed(config);
    say_what_was_not_read(*built);
    return print(report(*built, *info, config, predecessor), kSuccess);
}

}  // namespace touchstone::cli
