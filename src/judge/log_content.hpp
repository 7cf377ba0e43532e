// Profile log: what became of the content that was known.
#pragma once

#include "past.hpp"

namespace touchstone {

struct LogContent {
    bool intact = true;    // it is still there, or was shown to be in a sibling
    bool follows = false;  // and descends from what the baseline holds
    Change change;         // when not intact: the first block that differs
    std::string reason;
};

// Of a name that is there. `before`: whose known content it should hold, itself or the name it was renamed from; null when
// nothing was known. `rotated_from`: the subject that it was shown to hold, when that is in the group. `rotated_away`: what was
// known of this one was shown to be elsewhere.
LogContent content_of(const Subject& subject, const Subject* before, const Subject* rotated_from, bool rotated_away);

// Does what is known of the subject descend from the baseline?
bool descends_from_baseline(const Subject& subject);

}  // namespace touchstone
