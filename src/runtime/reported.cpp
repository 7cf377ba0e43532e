#include "touchstone/reported.hpp"

#include "touchstone/judge.hpp"

namespace touchstone {
namespace {

// Under profile log, sizes and contents are held against each other by continuity, which two rows cannot show: there it is enough that
// the row does not stand in for the baseline's.
void add_log_content(const Attributes& before, const Attributes& after, Finding& finding) {
    if (!before.blocks || !after.blocks || before.blocks == after.blocks) return;
    if (before.size != after.size) finding.changes.push_back({"size", std::to_string(before.size), std::to_string(after.size)});
    finding.reason = "what the baseline holds of this log is no longer there";
}

bool is_content_of(const Attributes& reported, const Observation& now) {
    if (!reported.blocks) return true;
    return now.continuity && now.continuity->held;
}

}  // namespace

std::optional<Finding> reported_difference(const Observation& reported, const std::optional<Observation>& in_baseline, const RuleRef& rule,
                                           DigestAlgorithm digest) {
    if (reported.follows_baseline && reported.absent()) return std::nullopt;  // rotated away
    const auto baseline = expected_of(in_baseline, reported);
    Finding finding;
    finding.path = reported.path;
    finding.rule = rule;
    finding.verdict = reported.standing;
    finding.severity = reported.standing == Verdict::unexpected ? rule->severity : Severity::low;
    if (baseline && baseline->attributes()) finding.before = *baseline->attributes();
    if (reported.attributes()) finding.after = *reported.attributes();
    if (const Unreadable* unreadable = reported.unreadable()) {
        if (baseline && baseline->look == reported.look) return std::nullopt;
        finding.action = Action::unreadable;
        finding.unreadable = *unreadable;
        return finding;
    }
    const bool was = baseline && !baseline->absent();
    if (reported.absent()) {
        if (!was) return std::nullopt;
        finding.action = Action::vanished;
        return finding;
    }
    if (!was) {
        finding.action = Action::appeared;
        return finding;
    }
    finding.action = Action::changed;
    if (!finding.before) {
        finding.reason = "the baseline could not read it";
        return finding;
    }
    finding.changes = differences(*finding.before, *finding.after, rule->profile, digest);
    if (rule->profile == Profile::log && !reported.follows_baseline) add_log_content(*finding.before, *finding.after, finding);
    if (finding.changes.empty() && finding.reason.empty()) return std::nullopt;
    return finding;
}

bool is_as_reported(const Observation& reported, const Observation& now, Profile profile, DigestAlgorithm digest) {
    if (!is_same_as_judged(reported, now, profile, digest)) return false;
    return profile != Profile::log || !reported.attributes() || is_content_of(*reported.attributes(), now);
}

Status each_difference(KnownStore& store, const Policy& policy, const std::string& scope,
                       const std::function<Status(const Observation& reported, Finding finding)>& visit) {
    BaselineReader& baseline = *store.baseline();
    Status done;
    const auto one = [&](const Observation& reported) -> Status {
        const RuleRef rule = policy.rule_for(reported.path);
        if (!rule) return {};
        auto should = baseline.find(reported.path);
        if (!should) return fail(should.error());
        auto finding = reported_difference(reported, *should, rule, baseline.info().digest);
        return finding ? visit(reported, std::move(*finding)) : Status();
    };
    auto read = store.each_reported(scope, [&](const Observation& reported) {
        done = one(reported);
        return done.has_value();
    });
    return done ? read : done;
}

}  // namespace touchstone
