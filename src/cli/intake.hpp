// What `baseline accept` takes, and what it refuses.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "session.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/survey.hpp"

namespace touchstone::cli {

struct Intake {
    std::map<std::string, Observation> taken;          // by path, as looked at now
    std::vector<std::string> unreported;               // of those: nobody has reported them, they are taken as they are now
    std::map<std::string, std::string> refused;        // path and why
};

// Everything that was reported at or below the scopes and is still as it was reported. What has changed since is refused, so that nothing
// gets into the baseline that nobody has seen.
Status take_reported(const Session& session, Expected& expected, const std::vector<std::string>& scopes, Intake& intake);

// Everything at or below the scopes that differs and was not dealt with yet, as it is now. `cancel` ends it early.
Status take_unreported(const Session& session, Expected& expected, const std::vector<std::string>& scopes, SurveyProgress& progress, Intake& intake);

}  // namespace touchstone::cli
