// Whether an object is as an approval says.
#pragma once

#include <string>
#include <vector>

#include "touchstone/approval.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::approval {

// What was there before is as the approval says, by the digest that the host keeps. Null: nothing was known, so it was not there.
bool is_before(const ApprovedState& before, const Observation* known, DigestAlgorithm digest);

// By what is held in `known` alone. False where that does not suffice.
bool is_already(const ApprovedState& after, const Observation* known, DigestAlgorithm digest);

// Reads the object where the digests that are held do not suffice. An error: it could not be read.
Result<bool> is_after(const ApprovedState& after, const Question& question);

// The attributes for which a matching approval speaks (Claim::covers).
std::vector<std::string> covered(const ApprovedState& after, const Observation& now);

}  // namespace touchstone::approval
