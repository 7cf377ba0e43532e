// Judging one name, once it is known whose object it holds.
#pragma once

#include "log_content.hpp"

namespace touchstone {

// A finding of the subject, its former state that of `before` (itself, or the name it was renamed from).
Finding make_finding(Action action, const Subject& subject, const Subject& before);

// Is it as it should be?
bool at_baseline(const Subject& subject, const LogContent& content, DigestAlgorithm digest);

// Judged differences between what is known of `before` and the subject now, the content of logs included.
std::vector<Change> changes_since(const Subject& before, const Subject& subject, const LogContent& content, DigestAlgorithm digest);

// A name that was there and is there.
std::optional<Finding> judge_kept(const Subject& subject, const LogContent& content, DigestAlgorithm digest);
// A name that is there and was not.
std::optional<Finding> judge_new(const Subject& subject, const LogContent& content, DigestAlgorithm digest);
// A name that was there and is not, and whose object is nowhere in the group.
Finding judge_gone(const Subject& subject);
// A name that is not there and was not: a finding when something shows that it came and went.
std::optional<Finding> judge_passing(const Subject& subject, bool renamed);

}  // namespace touchstone
