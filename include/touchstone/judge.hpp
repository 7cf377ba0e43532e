// judge(): what a look means, against what was last reported and against the baseline. Pure: no I/O, no clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/finding.hpp"
#include "touchstone/object.hpp"
#include "touchstone/pending.hpp"
#include "touchstone/rule.hpp"

namespace touchstone {

// The judged differences of two states of an object under a profile, in a fixed order. A different type lists type and whatever
// both have. `metadata` leaves out digest, project id and inode flags; `presence` all but type; `log` compares no size and no
// digest (continuity does), but all the rest. A digest that one side lacks is no difference.
std::vector<Change> differences(const Attributes& before, const Attributes& after, Profile profile, DigestAlgorithm digest);

// No judged difference; of two of which one was not seen: neither was, in the same way. Under `log`, whose content two rows cannot tell, all but the content.
bool is_same_as_judged(const Observation& before, const Observation& after, Profile profile, DigestAlgorithm digest);

// One name of a group, with what is known of it.
struct Subject {
    TouchedName touch;
    RuleRef rule;
    std::optional<Observation> baseline;  // nullopt: not in the baseline
    std::optional<Observation> reported;  // last reported; nullopt: nothing was, the baseline speaks
    Observation now;
    Rotation rotation;  // profile log
    std::vector<Claim> claims;  // what the providers say of `now`
    std::optional<TextDiff> diff;  // where the rule wants it and the content seemed to have changed when it was looked at
};

struct Judgement {
    std::vector<Finding> findings;
    // What the state must say afterwards, one for each subject: put, or forget (it is as in the baseline, recorded attributes included).
    struct Effect {
        Observation observation;
        bool as_baseline = false;
    };
    std::vector<Effect> effects;
};

// What an object should be: the baseline's row, and under profile `log`, where the row last reported follows the baseline, that row's
// size, digests, identity and times in place of the baseline's. A log's mode, owner and xattrs are always held against the baseline's,
// if it has a row. An absence that follows the baseline was rotated away. nullopt or absent: nothing should be there.
std::optional<Observation> expected_of(const std::optional<Observation>& baseline, const std::optional<Observation>& reported);

// Rules, in DESIGN.md 5.3's words:
//   known object under a new, free name         renamed (previous_path); a directory: the caller fills descendants and moves the tree
//   known over known                             renamed, and the target's changes in it
//   unknown over known                           changed (via: the temporary name)
//   exists, was not known                        appeared
//   known, gone                                  vanished, unless the object was found under another name of the group
//   unknown, gone                                vanished, low, transient; nothing when it became another name of the group, when a claim says that
//                                                it was only passing, or when no act shows that it came (the late word of a deletion that a look
//                                                found before)
//   known, judged attributes differ              changed; reverted when it now stands at the baseline
//   known, none differ, ctime moved              touched, low (never for a directory by a sweep, nor when only a rename or link moved it)
//   known, nothing moved                         nothing
//   cannot be looked at, not reported so before  unreadable
//   names of the group that are one inode        one finding, the others in other_paths
//   profile log: held and only grown             nothing; follows_baseline
//   profile log: rotated with evidence           nothing; follows_baseline (also an absence, and the log made again after it)
//   readable again                               reverted at the baseline, else changed, else touched
//   profile presence                             appeared, vanished, renamed and a changed type only
// Severity: the rule's; low for touched, reverted and transient, and for what is not unexpected; critical where a setuid or setgid bit or a capability
// was gained, and where something appears that will be run or let in by itself: units, cron jobs, authorized_keys.
// The difference in the text goes with a finding that speaks of the content, when it is of the same two contents.
// Verdict: authorized when claims that vouch (and are not weak) cover all that the finding says; else unexpected when a claim contradicts; else expected when
// claims that vouch or explain cover it; else unexpected. What stands as it was reported keeps its standing. A rename needs both names settled. What was
// authorized and is as in the baseline again was put back: reverted, of the rule's severity.
Judgement judge(const std::vector<Subject>& group, const std::vector<Rename>& renames, DigestAlgorithm digest);

}  // namespace touchstone
