#include "intake.hpp"

#include "clock.hpp"
#include "comparison.hpp"
#include "text.hpp"
#include "touchstone/reported.hpp"

namespace touchstone::cli {
namespace {

Observation look_again(Observer& observer, const Observation& reported, Profile profile) {
    LookOptions look;
    look.profile = profile;
    look.verify_all = true;
    const Attributes* was = reported.attributes();
    if (profile == Profile::log && was && was->blocks) look.known_blocks = &*was->blocks;
    return observer.look(reported.path, look, wall_now());
}

void take_unseen(const Surveyed& one, Intake& intake) {
    const std::string& path = one.now.path;
    if (intake.taken.contains(path) || intake.refused.contains(path)) return;
    if (const Unreadable* unreadable = one.now.unreadable()) {
        intake.refused.emplace(path, reason_text(*unreadable));
        return;
    }
    intake.taken.emplace(path, one.now);
    intake.unreported.push_back(path);
}

}  // namespace

Status take_reported(const Session& session, Expected& expected, const std::vector<std::string>& scopes, Intake& intake) {
    if (!expected.store()) return fail(*expected.state_failure());
    const DigestAlgorithm digest = expected.baseline().info().digest;
    auto observer = Observer::make(digest);
    if (!observer) return fail(observer.error());
    const auto take = [&](const Observation& reported, const Finding& finding) -> Status {
        Observation now = look_again(*observer, reported, finding.rule->profile);
        if (is_as_reported(reported, now, finding.rule->profile, digest))
            intake.taken.insert_or_assign(reported.path, std::move(now));
        else
            intake.refused.emplace(reported.path, "it has changed again since it was reported");
        return {};
    };
    for (const auto& scope : scopes)
        if (auto read = each_difference(*expected.store(), session.policy, scope, take); !read) return read;
    return {};
}

Status take_unreported(const Session& session, Expected& expected, const std::vector<std::string>& scopes, SurveyProgress& progress, Intake& intake) {
    const DigestAlgorithm digest = expected.baseline().info().digest;
    const SurveyOptions options = survey_options(session, digest, scopes);
    const Config& config = session.config();
    const auto open = [&config] { return Expected::open(config.baseline.path, config.state.path); };
    const auto surveyed = survey(session.policy, options, open, progress, [&](const Surveyed& one) -> Status {
        if (compare(one, digest)) take_unseen(one, intake);
        return {};
    });
    if (!surveyed) return fail(surveyed.error());
    return {};
}

}  // namespace touchstone::cli
