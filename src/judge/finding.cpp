#include "name.hpp"

namespace touchstone {
namespace {

std::optional<Attributes> copy_of(const Attributes* attributes) {
    return attributes ? std::optional<Attributes>(*attributes) : std::nullopt;
}

bool same_refusal(const Unreadable& should, const Unreadable& now, Profile profile, DigestAlgorithm digest) {
    if (!(should == now)) return false;
    if (!should.seen || !now.seen) return should.seen.has_value() == now.seen.has_value();
    return differences(*should.seen, laid_over(*should.seen, *now.seen), profile, digest).empty();
}

}  // namespace

Finding make_finding(Action action, const Subject& subject, const Subject& before) {
    Finding finding;
    finding.action = action;
    const bool minor = action == Action::touched || action == Action::reverted;
    finding.severity = minor ? Severity::low : subject.rule ? subject.rule->severity : Severity::medium;
    finding.path = subject.touch.path;
    finding.before = copy_of(known_attributes(before));
    finding.after = copy_of(attributes_of(subject.now.look));
    if (const auto* unreadable = subject.now.unreadable()) finding.unreadable = *unreadable;
    finding.measured = subject.now.measured;
    finding.rule = subject.rule;
    finding.touch = subject.touch;
    return finding;
}

bool at_baseline(const Subject& subject, const LogContent& content, DigestAlgorithm digest) {
    // A log made again after a rotation took it away is held against the baseline once more.
    const bool again = is_there(subject) && subject.reported && subject.reported->absent();
    const auto expected = again ? subject.baseline : expected_of(subject.baseline, subject.reported);
    if (!expected || expected->absent()) return subject.now.absent();
    const auto profile = profile_of(subject);
    const auto* now = subject.now.attributes();
    if (const auto* should = expected->attributes(); should && now) {
        if (profile == Profile::log && now->type == FileType::regular && !content.follows) return false;
        return differences(*should, *now, profile, digest).empty();
    }
    const auto* should = expected->unreadable();
    const auto* refused = subject.now.unreadable();
    return should && refused && same_refusal(*should, *refused, profile, digest);
}

std::vector<Change> changes_since(const Subject& before, const Subject& subject, const LogContent& content, DigestAlgorithm digest) {
    const auto* known = known_attributes(before);
    const auto* now = attributes_of(subject.now.look);
    if (!known || !now) return {};
    const auto profile = profile_of(subject);
    auto changes = differences(*known, subject.now.unreadable() ? laid_over(*known, *now) : *now, profile, digest);
    if (profile == Profile::log && !content.intact) changes.push_back(content.change);
    return changes;
}

}  // namespace touchstone
