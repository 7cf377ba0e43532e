// What was known of a subject, and whether a look is of the same object.
#pragma once

#include "touchstone/judge.hpp"

namespace touchstone {

Profile profile_of(const Subject& subject);

const Observation* last_known(const Subject& subject);  // reported, else the baseline's row, else null
bool was_there(const Subject& subject);
bool is_there(const Subject& subject);

// The attributes of a look; of something unreadable those that could be seen; null when there are none.
const Attributes* attributes_of(const Look& look);
const Attributes* known_attributes(const Subject& subject);  // of last_known()

enum class Identity { same, other, unknown };
// By inode number and type. Not by device: its number may change with a restart, and a rename never leaves the file system.
Identity identity(const Attributes* before, const Attributes* after);

// What is known of an object of which only `seen` (a stat) could be taken now: what was not seen stays as it was known.
Attributes laid_over(const Attributes& known, const Attributes& seen);

}  // namespace touchstone
