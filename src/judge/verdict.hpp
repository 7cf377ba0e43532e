// From what providers say to a verdict.
#pragma once

#include <string>
#include <vector>

#include "touchstone/judge.hpp"

namespace touchstone {

// The judged attributes that a finding speaks of, in the words of Change::attribute, "content" for size and digest. Of what appeared: all that it has.
std::vector<std::string> subjects_of(const Finding& finding, DigestAlgorithm digest);

// Sets verdict, evidence and severity. `origin`: the name that a renamed object left; null: it is no rename.
void settle(Finding& finding, const Subject& subject, const Subject* origin, DigestAlgorithm digest);

}  // namespace touchstone
