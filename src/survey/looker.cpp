#include "looker.hpp"

namespace touchstone {
namespace {

const BlockDigests* known_blocks(const std::optional<Observation>& expected) {
    const Attributes* known = expected ? expected->seen() : nullptr;
    return known && known->blocks ? &*known->blocks : nullptr;
}

}  // namespace

Result<Looker> Looker::make(const Policy& policy, const SurveyOptions& options, const OpenExpected& open_expected, LinkCache& links,
                            std::function<bool()> keep_going) {
    auto observer = Observer::make(options.digest);
    if (!observer) return fail(observer.error());
    std::unique_ptr<Expected> expected;
    if (open_expected) {
        auto opened = open_expected();
        if (!opened) return fail(opened.error());
        expected = std::move(*opened);
    }
    return Looker(policy, options, links, std::move(*observer), std::move(expected), std::move(keep_going));
}

Looker::Looker(const Policy& policy, const SurveyOptions& options, LinkCache& links, Observer observer, std::unique_ptr<Expected> expected,
               std::function<bool()> keep_going)
    : policy_(&policy),
      options_(&options),
      links_(&links),
      observer_(std::move(observer)),
      rotations_(options.digest),
      expected_(std::move(expected)),
      keep_going_(std::move(keep_going)) {}

Result<std::optional<Surveyed>> Looker::look(const std::string& path) {
    const RuleRef rule = policy_->rule_for(path);
    if (!rule || (options_->leave_out && options_->leave_out(path))) return std::nullopt;
    Surveyed surveyed;
    surveyed.rule = rule;
    if (expected_) {
        auto found = expected_->find(path, rule->profile);
        if (!found) return fail(found.error());
        surveyed.expected = std::move(*found);
    }
    const bool log = rule->profile == Profile::log;
    surveyed.now = observe(path, rule->profile, log ? known_blocks(surveyed.expected) : nullptr);
    if (surveyed.now.absent() && (!surveyed.expected || surveyed.expected->absent())) return std::nullopt;
    if (log && expected_) {
        for (int attempt = 1; attempt <= Observer::kAttempts; ++attempt) {
            if (surveyed.rotation.outdated) surveyed.now = observe(path, rule->profile, known_blocks(surveyed.expected));
            auto rotation = rotations_.find(surveyed.now, *expected_, keep_going_);
            if (!rotation) return fail(rotation.error());
            surveyed.rotation = std::move(*rotation);
            if (!surveyed.rotation.outdated) break;
        }
    }
    return std::optional<Surveyed>(std::move(surveyed));
}

Observation Looker::observe(const std::string& path, Profile profile, const BlockDigests* known) {
    LookOptions look;
    look.profile = profile;
    look.known_blocks = known;
    look.verify_all = true;
    look.keep_going = keep_going_;
    look.known_digest = [this](const Attributes& seen) { return links_->find(seen); };
    Observation now = observer_.look(path, look, options_->wall_now());
    if (profile == Profile::content) links_->put(now);
    return now;
}

}  // namespace touchstone
