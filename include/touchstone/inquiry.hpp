// An inquiry: the providers are asked about one name that was looked at.
#pragma once

#include <vector>

#include "touchstone/known.hpp"
#include "touchstone/panel.hpp"
#include "touchstone/pending.hpp"

namespace touchstone {

// What the panel says of it; nothing, and nobody is asked, when it is just as it is known to be. `known` may be null: nothing is known. `touch` is null for
// a survey, which knows of no act. Where what is known cannot be read, nothing that was said counts, and the panel's health says so. Blocks on databases, and on the file where a provider wants another digest of it.
std::vector<Claim> inquire(Panel& panel, KnownReader* known, const Observation& now, const TouchedName* touch, DigestAlgorithm digest);

// The same where what is known is at hand (null: nothing).
std::vector<Claim> inquire(Panel& panel, const Observation* known, const Observation& now, const TouchedName* touch, DigestAlgorithm digest);

}  // namespace touchstone
