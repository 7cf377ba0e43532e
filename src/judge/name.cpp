#include "name.hpp"

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

// Something moved it and left it as it was: that is worth a word, unless only a rename, a link or an entry of a directory did.
bool was_touched(const Subject& subject) {
    const auto* before = known_attributes(subject);
    const auto* now = subject.now.attributes();
    if (!before || !now || profile_of(subject) == Profile::presence) return false;
    const bool replaced = identity(before, now) == Identity::other;
    if (!replaced && before->ctime == now->ctime) return false;

    const auto acts = subject.touch.acts;
    const bool attributes = (acts & bit(Act::attributes)) != 0;
    const bool written = (acts & (bit(Act::modified) | bit(Act::closed))) != 0;
    const bool unexplained = (acts & kWithoutAnAct) != 0;
    const bool renamed = (acts & bit(Act::moved)) != 0;
    if (profile_of(subject) == Profile::log && now->type == FileType::regular) return attributes && !written && !replaced;
    if (now->type == FileType::directory) return attributes || (replaced && (acts & ~bit(Act::look)) != 0);
    return attributes || written || replaced || (unexplained && !renamed);
}

Finding changed(Action action, const Subject& subject, const LogContent& content, std::vector<Change> changes) {
    auto finding = make_finding(action, subject, subject);
    finding.changes = std::move(changes);
    finding.reason = content.reason;
    return finding;
}

std::optional<Finding> judge_refused(const Subject& subject, const LogContent& content, DigestAlgorithm digest) {
    const auto* known = last_known(subject);
    const auto* before = known ? known->unreadable() : nullptr;
    auto changes = changes_since(subject, subject, content, digest);
    const bool reported = before && *before == *subject.now.unreadable();
    if (reported && changes.empty()) return std::nullopt;
    auto finding = changed(reported ? Action::changed : Action::unreadable, subject, content, std::move(changes));
    finding.differs_from_baseline = !at_baseline(subject, content, digest);
    return finding;
}

// Its content may never have been known, or have changed while nobody could tell.
Finding judge_readable_again(const Subject& subject, const LogContent& content, DigestAlgorithm digest) {
    auto changes = changes_since(subject, subject, content, digest);
    const auto* known = known_attributes(subject);
    const auto& now = *subject.now.attributes();
    if (profile_of(subject) == Profile::content && now.type == FileType::regular && known && known->digest.empty())
        changes.push_back({std::string(field_name(digest)), "", to_hex(now.digest)});
    const bool reverted = at_baseline(subject, content, digest);
    const auto action = reverted ? Action::reverted : changes.empty() ? Action::touched : Action::changed;
    auto finding = changed(action, subject, content, std::move(changes));
    finding.differs_from_baseline = !reverted;
    if (finding.reason.empty()) finding.reason = "can be read again";
    return finding;
}

}  // namespace

std::optional<Finding> judge_kept(const Subject& subject, const LogContent& content, DigestAlgorithm digest) {
    if (subject.now.unreadable()) return judge_refused(subject, content, digest);
    if (last_known(subject)->unreadable()) return judge_readable_again(subject, content, digest);
    auto changes = changes_since(subject, subject, content, digest);
    const bool as_it_should_be = at_baseline(subject, content, digest);
    std::optional<Finding> finding;
    if (!changes.empty()) {
        finding = changed(as_it_should_be ? Action::reverted : Action::changed, subject, content, std::move(changes));
    } else if (was_touched(subject)) {
        finding = make_finding(Action::touched, subject, subject);
    }
    if (finding) finding->differs_from_baseline = !as_it_should_be;
    return finding;
}

std::optional<Finding> judge_new(const Subject& subject, const LogContent& content, DigestAlgorithm digest) {
    const bool as_it_should_be = at_baseline(subject, content, digest);
    const bool made_again = subject.reported && subject.reported->follows_baseline;
    if (profile_of(subject) == Profile::log && made_again && as_it_should_be) return std::nullopt;
    auto finding = make_finding(subject.now.unreadable() ? Action::unreadable : Action::appeared, subject, subject);
    finding.differs_from_baseline = !as_it_should_be;
    return finding;
}

Finding judge_gone(const Subject& subject) {
    auto finding = make_finding(Action::vanished, subject, subject);
    finding.differs_from_baseline = subject.baseline && !subject.baseline->absent();
    return finding;
}

std::optional<Finding> judge_passing(const Subject& subject, bool renamed) {
    // A deletion alone shows nothing: it may be the late word of one that an earlier look has found.
    const bool came = (subject.touch.acts & (bit(Act::created) | bit(Act::moved_in))) != 0;
    if (!came && !renamed) return std::nullopt;
    auto finding = judge_gone(subject);
    finding.severity = Severity::low;
    finding.transient = true;
    return finding;
}

}  // namespace touchstone
