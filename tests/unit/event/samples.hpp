// One event of every kind, and a few with everything in them: what tests/golden shows.
#pragma once

#include <string>
#include <vector>

#include "touchstone/event.hpp"

namespace touchstone::test {

struct Sample {
    std::string name;  // of the golden file
    Event event;
};

std::vector<Sample> samples();
Host host();
WallTime at(std::int64_t nanoseconds_after_noon);  // 2026-01-31T12:00:00Z and so much

Event changed();          // /etc/passwd by vim
Event with(Finding finding);
Finding& finding_of(Event& event);

}  // namespace touchstone::test
