// What the watch has reported, against the baseline.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "touchstone/finding.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

// How a reported state differs from the baseline's row; nullopt when it does not, or stands in for it (a log that has grown or was rotated).
std::optional<Finding> reported_difference(const Observation& reported, const std::optional<Observation>& baseline, const RuleRef& rule,
                                           DigestAlgorithm digest);

// Is the object, looked at now, still as it was reported? `now` was looked at with the reported blocks as known where the profile is log.
bool is_as_reported(const Observation& reported, const Observation& now, Profile profile, DigestAlgorithm digest);

// Rows of the state at or below `scope` that differ from the baseline and are still watched.
Status each_difference(KnownStore& store, const Policy& policy, const std::string& scope,
                       const std::function<Status(const Observation& reported, Finding finding)>& visit);

}  // namespace touchstone
