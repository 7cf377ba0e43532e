#include "touchstone/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "links.hpp"
#include "moves.hpp"
#include "name.hpp"
#include "verdict.hpp"

namespace touchstone {
namespace {

bool speaks_of_content(const Finding& finding, DigestAlgorithm digest) {
    const auto is_digest = [&](const Change& change) { return change.attribute == field_name(digest); };
    return finding.rule && finding.rule->diff != Diff::off && std::any_of(finding.changes.begin(), finding.changes.end(), is_digest);
}

// Only of the very contents that the finding is about: what was compared with may have been another than what is held against here.
TextDiff diff_of(const Subject& subject, const Finding& finding) {
    const auto digest_of = [](const std::optional<Attributes>& attributes) { return attributes ? attributes->digest : std::string(); };
    const auto before = digest_of(finding.before), after = digest_of(finding.after);
    if (subject.diff && subject.diff->before == before && subject.diff->after == after) return *subject.diff;
    TextDiff none;
    none.before = before;
    none.after = after;
    none.why_not = before.empty() ? "its content was not known before" : "it was compared with another content than was reported last";
    return none;
}

class GroupJudge {
public:
    GroupJudge(const std::vector<Subject>& group, const std::vector<Rename>& renames, DigestAlgorithm digest)
        : group_(group), digest_(digest), moves_(trace_moves(group, renames)), findings_(group.size()), effects_(group.size()),
          extra_(group.size()) {
        for (std::size_t i = 0; i < group.size(); ++i) index_.try_emplace(group[i].touch.path, i);
        for (const auto& subject : group)
            if (const auto* from = rotation_source(subject)) rotated_away_.insert(from->touch.path);
    }

    Judgement run() {
        for (std::size_t i = 0; i < group_.size(); ++i) judge_one(i);
        name_temporaries();
        for (std::size_t i = 0; i < group_.size(); ++i) settle_one(i);
        std::vector<Finding> all;
        for (std::size_t i = 0; i < group_.size(); ++i) {
            if (findings_[i]) all.push_back(std::move(*findings_[i]));
            if (extra_[i]) all.push_back(std::move(*extra_[i]));
        }
        return {merge_links(std::move(all)), std::move(effects_)};
    }

private:
    const Subject* rotation_source(const Subject& subject) const {
        if (!subject.rotation.from || profile_of(subject) != Profile::log || !is_there(subject)) return nullptr;
        const auto at = index_.find(*subject.rotation.from);
        return at == index_.end() ? nullptr : &group_[at->second];
    }

    void judge_one(std::size_t i) {
        if (is_there(group_[i]))
            judge_present(i);
        else
            judge_absent(i);
    }

    void judge_present(std::size_t i) {
        const auto& subject = group_[i];
        const bool rotated = subject.rotation.from && profile_of(subject) == Profile::log;
        const auto* origin = moves_.origin[i] && !rotated ? &group_[*moves_.origin[i]] : nullptr;
        const auto* before = was_there(subject) ? &subject : origin;
        LogContent content;
        if (profile_of(subject) == Profile::log) content = content_of(subject, before, rotation_source(subject), is_rotated_away(subject));
        if (origin)
            judge_moved(i, *origin, content);
        else if (!rotated || subject.baseline || !content.intact)  // what a rotation moved here is now what is known, if nothing else should be
            findings_[i] = was_there(subject) ? judge_kept(subject, content, digest_) : judge_new(subject, content, digest_);
        remember(i, content);
    }

    void judge_moved(std::size_t i, const Subject& origin, const LogContent& content) {
        const auto& subject = group_[i];
        const auto& before = was_there(subject) ? subject : origin;
        auto finding = make_finding(Action::renamed, subject, before);
        finding.previous_path = origin.touch.path;
        finding.changes = changes_since(before, subject, content, digest_);
        finding.reason = content.reason;
        finding.differs_from_baseline = !at_baseline(subject, content, digest_);
        if (finding.touch.actors.empty() && !origin.touch.actors.empty()) {
            finding.touch.actors = origin.touch.actors;
            finding.touch.actors_complete = origin.touch.actors_complete;
            finding.touch.actor_unknown.clear();
        }
        finding.unreadable.reset();
        findings_[i] = std::move(finding);
        const auto* refused = subject.now.unreadable();
        const auto* known = last_known(origin)->unreadable();
        if (!refused || (known && *known == *refused)) return;
        extra_[i] = make_finding(Action::unreadable, subject, before);
        extra_[i]->differs_from_baseline = !at_baseline(subject, content, digest_);
    }

    void judge_absent(std::size_t i) {
        const auto& subject = group_[i];
        LogContent content;
        if (!was_there(subject)) {
            content.follows = subject.reported && subject.reported->follows_baseline;
            const bool rotated = subject.rotation.to && profile_of(subject) == Profile::log;  // a compressor took it on
            if (!moves_.carrier[i] && !rotated && !says(subject.claims, Claim::Word::passing)) findings_[i] = judge_passing(subject, moves_.chain_end[i]);
        } else if (is_rotated_away(subject)) {
            content.follows = descends_from_baseline(subject);
        } else if (!moves_.moved_to[i]) {
            findings_[i] = judge_gone(subject);
        }
        remember(i, content);
    }

    bool is_rotated_away(const Subject& subject) const {
        if (profile_of(subject) != Profile::log) return false;
        return subject.rotation.to || rotated_away_.count(subject.touch.path) != 0;
    }

    // A look that could not see everything must not make the rest forgotten.
    static void keep_what_was_known(const Subject& subject, Observation& observation) {
        auto* refused = std::get_if<Unreadable>(&observation.look);
        const auto* known = known_attributes(subject);
        if (!refused || !known) return;
        refused->seen = refused->seen ? laid_over(*known, *refused->seen) : *known;
    }

    // Nothing to remember that the baseline does not say. A racy row says less than it seems to (is_racy).
    static bool says_the_baseline(const Observation& observation, const std::optional<Observation>& baseline) {
        if (!baseline || baseline->absent()) return observation.absent();
        if (!(observation.look == baseline->look)) return false;
        const auto* attributes = attributes_of(observation.look);
        const auto* should = attributes_of(baseline->look);
        if ((attributes == nullptr) != (should == nullptr)) return false;
        if (!attributes) return true;
        const bool sounder = is_racy(should->ctime, baseline->looked_at) && !is_racy(attributes->ctime, observation.looked_at);
        return *attributes == *should && !sounder;
    }

    void remember(std::size_t i, const LogContent& content) {
        const auto& subject = group_[i];
        auto& [observation, as_baseline] = effects_[i];
        observation = subject.now;
        observation.continuity.reset();
        keep_what_was_known(subject, observation);
        as_baseline = says_the_baseline(observation, subject.baseline);
        if (profile_of(subject) != Profile::log) return;
        observation.follows_baseline = content.follows;
        if (subject.now.unreadable()) observation.follows_baseline = descends_from_baseline(subject);
        // With no row of the baseline this one stands in for it wholly, so it must be as it should be wholly.
        const bool stands_alone = !subject.baseline && !subject.rotation.from && was_there(subject);
        if (stands_alone && !at_baseline(subject, content, digest_)) observation.follows_baseline = false;
    }

    void settle_one(std::size_t i) {
        const auto& subject = group_[i];
        auto& standing = effects_[i].observation.standing;
        standing = subject.reported ? subject.reported->standing : Verdict::unexpected;
        if (extra_[i]) settle(*extra_[i], subject, nullptr, digest_);
        if (!findings_[i]) return;
        auto& finding = *findings_[i];
        const bool moved = finding.action == Action::renamed && moves_.origin[i];
        if (speaks_of_content(finding, digest_)) finding.diff = diff_of(subject, finding);
        settle(finding, subject, moved ? &group_[*moves_.origin[i]] : nullptr, digest_);
        if (finding.action != Action::touched) standing = finding.verdict;
    }

    void name_temporaries() {
        for (std::size_t i = 0; i < group_.size(); ++i)
            if (const auto carrier = moves_.carrier[i]; carrier && findings_[*carrier])
                findings_[*carrier]->via.push_back(group_[i].touch.path);
    }

    const std::vector<Subject>& group_;
    DigestAlgorithm digest_;
    Moves moves_;
    std::map<std::string, std::size_t> index_;
    std::set<std::string> rotated_away_;
    std::vector<std::optional<Finding>> findings_;
    std::vector<Judgement::Effect> effects_;
    std::vector<std::optional<Finding>> extra_;  // a renamed object that can no longer be looked at
};

}  // namespace

Judgement judge(const std::vector<Subject>& group, const std::vector<Rename>& renames, DigestAlgorithm digest) {
    return GroupJudge(group, renames, digest).run();
}

}  // namespace touchstone
