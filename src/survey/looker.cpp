#include "looker.hpp"

#include "touchstone/judge.hpp"

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
      panel_(options.providers, options.state_directory),
      keep_going_(std::move(keep_going)) {}

RuleRef Looker::rule_for(const std::string& path) const {
    RuleRef rule = policy_->rule_for(path);
    if (rule && options_->leave_out && options_->leave_out(path)) rule = {};
    return rule;
}

// Our own files are not even opened: closing one lets go of SQLite's locks on it (fcntl(2)).
Fd Looker::open(const std::string& path, int directory, const char* name) const {
    const RuleRef rule = rule_for(path);
    const bool reads = rule && (rule->profile == Profile::content || rule->profile == Profile::log);
    return reads ? open_entry(directory, name) : Fd();
}

bool Looker::reads_content(const std::string& path) const {
    const RuleRef rule = rule_for(path);
    return rule && rule->profile == Profile::content;
}

Result<std::optional<Surveyed>> Looker::look(const std::string& path, const MetEntry& entry) {
    const RuleRef rule = rule_for(path);
    if (!rule) return std::nullopt;
    std::optional<Surveyed> made(std::in_place);
    Surveyed& surveyed = *made;
    surveyed.rule = rule;
    if (expected_) {
        auto found = expected_->find(path, rule->profile);
        if (!found) return fail(found.error());
        surveyed.expected = std::move(*found);
    }
    const bool log = rule->profile == Profile::log;
    surveyed.now = observe(path, entry, rule->profile, log ? known_blocks(surveyed.expected) : nullptr);
    if (surveyed.now.absent() && (!surveyed.expected || surveyed.expected->absent())) return std::nullopt;
    if (log && expected_) {
        for (int attempt = 1; attempt <= Observer::kAttempts; ++attempt) {
            if (surveyed.rotation.outdated) surveyed.now = observe(path, {}, rule->profile, known_blocks(surveyed.expected));
            auto rotation = rotations_.find(surveyed.now, *expected_, keep_going_);
            if (!rotation) return fail(rotation.error());
            surveyed.rotation = std::move(*rotation);
            if (!surveyed.rotation.outdated) break;
        }
    }
    if (expected_)
        if (auto accounted = account_for(surveyed); !accounted) return fail(accounted.error());
    return made;
}

// What is not as the baseline has it may be vouched for, or have been reported and settled by the watch.
Status Looker::account_for(Surveyed& surveyed) {
    const Observation* expected = surveyed.expected ? &*surveyed.expected : nullptr;
    if (surveyed.now.unreadable() || (expected != nullptr && expected->look == surveyed.now.look)) return {};
    surveyed.claims = inquire(panel_, expected, surveyed.now, nullptr, options_->digest);
    KnownStore* store = expected_->store();
    if (store == nullptr) return {};
    auto reported = store->find(surveyed.now.path);
    if (!reported) return fail(reported.error());
    const auto profile = surveyed.rule->profile;
    const bool tells = profile != Profile::log || (*reported && !(*reported)->attributes());  // two rows do not tell whether a log was only continued
    if (*reported && tells && is_same_as_judged(**reported, surveyed.now, profile, options_->digest)) surveyed.standing = (*reported)->standing;
    return {};
}

Observation Looker::observe(const std::string& path, const MetEntry& entry, Profile profile, const BlockDigests* known) {
    LookOptions look;
    look.profile = profile;
    look.known_blocks = known;
    look.verify_all = true;
    look.keep_going = keep_going_;
    if (expected_ && options_->measure)
        look.digest_by_measurement = [&](const Attributes& seen) { return expected_->baseline().digest_of(path, seen.verity, options_->digest); };
    look.known_digest = [this](const Attributes& seen) { return links_->find(seen); };
    Observation now = observer_.look(path, entry, look, options_->wall_now());
    if (profile == Profile::content) links_->put(now);
    return now;
}

}  // namespace touchstone
