// `touchstone baseline accept`: takes what has changed into the baseline, with who and when.
#include <fmt/format.h>

#include <algorithm>

#include "baseline_file.hpp"
#include "cancellation.hpp"
#include "clock.hpp"
#include "daemon.hpp"
#include "exit_status.hpp"
#include "intake.hpp"
#include "output.hpp"
#include "privileges.hpp"
#include "progress.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

const std::vector<std::string> kEverything{""};

// --all is what was reported. Only where nobody ever watched there is no report, and what is there now has to do.
Result<bool> only_reported(Expected& expected, const Arguments& arguments) {
    if (!arguments.all) return false;
    if (!expected.store()) return fail(*expected.state_failure());
    const auto sequence = expected.store()->value("sequence");
    if (!sequence) return fail(sequence.error());
    return sequence->has_value();
}

Status collect(const Session& session, Expected& expected, const Arguments& arguments, SurveyProgress& progress, Intake& intake) {
    const auto reported_only = only_reported(expected, arguments);
    if (!reported_only) return fail(reported_only.error());
    const auto& scopes = arguments.all ? kEverything : arguments.paths;
    if (expected.store())
        if (auto took = take_reported(session, expected, scopes, intake); !took) return took;
    if (*reported_only) return {};
    const SurveyOptions options = survey_options(session, expected.baseline().info().digest, arguments.paths);
    const ProgressBar bar(progress, session.policy, options);
    return take_unreported(session, expected, arguments.paths, progress, intake);
}

Acceptance acceptance_of(const Intake& intake, const std::string& note) {
    Acceptance acceptance{wall_now(), who_am_i(), note, {}};
    for (const auto& [path, now] : intake.taken) acceptance.paths.push_back(path);
    return acceptance;
}

Result<BaselineInfo> write(const Config& config, BaselineReader& old, const Intake& intake, const std::string& note) {
    BaselineInfo info = old.info();  // when and by whom it was built stays; the acceptance says what came later
    info.version = TOUCHSTONE_VERSION;
    auto writer = BaselineWriter::create(config.baseline.path, info);
    if (!writer) return fail(writer.error());
    if (auto copied = writer->copy_from(old); !copied) return fail(copied.error());
    for (const auto& [path, now] : intake.taken)
        if (auto put = writer->put(now); !put) return fail(put.error());
    if (auto noted = writer->note(acceptance_of(intake, note)); !noted) return fail(noted.error());
    return writer->commit();
}

std::string report(const Intake& intake) {
    std::string out;
    for (const auto& [path, now] : intake.taken) out += fmt::format("accepted {}{}\n", printable(path), now.absent() ? " (gone)" : "");
    if (!intake.unreported.empty())
        out += fmt::format("{} had not been reported by the watch: taken as looked at just now\n",
                           intake.unreported.size() == intake.taken.size() ? "these" : with_commas(intake.unreported.size()) + " of these");
    return out;
}

// A mistyped name must not pass for an accepted one.
void say_unmet(const Intake& intake, const std::vector<std::string>& paths) {
    const auto below = [](const std::string& scope) { return [&scope](const auto& each) { return is_within(each.first, scope); }; };
    for (const auto& path : paths)
        if (std::none_of(intake.taken.begin(), intake.taken.end(), below(path)) && std::none_of(intake.refused.begin(), intake.refused.end(), below(path)))
            say(fmt::format("touchstone: nothing to accept: {} does not differ from the baseline", printable(path)));
}

int say_refused(const Intake& intake) {
    for (const auto& [path, why] : intake.refused) say(fmt::format("touchstone: not accepted: {}: {}", printable(path), printable(why)));
    return intake.refused.empty() ? kSuccess : kFailed;
}

}  // namespace

int baseline_accept(const Session& session, const Arguments& arguments) {
    const Config& config = session.config();
    auto expected = Expected::open(config.baseline.path, config.state.path);
    if (!expected) return fail_without_baseline(expected.error(), config);
    auto lock = lock_baseline(config.baseline.path);
    if (!lock) return fail_with(lock.error());
    expected = Expected::open(config.baseline.path, config.state.path);  // again: another writer may just have let go
    if (!expected) return fail_without_baseline(expected.error(), config);
    if (auto offered = check_digest_of((*expected)->baseline().info(), config); !offered) return refuse(offered.error());

    Intake intake;
    SurveyProgress progress;
    const Cancellation cancellation(progress.cancel);
    if (auto collected = collect(session, **expected, arguments, progress, intake); !collected) return fail_with(collected.error());
    if (cancellation.exit_status() != 0) {
        say("touchstone: interrupted; the baseline is as it was before");
        return cancellation.exit_status();
    }
    const int exit = say_refused(intake);
    say_unmet(intake, arguments.paths);
    if (intake.taken.empty()) return print(arguments.all && exit == kSuccess ? "nothing to accept: nothing differs from the baseline\n" : "", exit);
    const auto info = write(config, (*expected)->baseline(), intake, arguments.note);
    if (!info) return fail_with(info.error());
    tell_baseline_changed(config);
    return print(report(intake) + fmt::format("baseline {} at {}\n", info->id, printable(config.baseline.path)), exit);
}

}  // namespace touchstone::cli
