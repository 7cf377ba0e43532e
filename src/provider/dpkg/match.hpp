// One object held against what a package has at its place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dpkg/evidence.hpp"
#include "dpkg/overrides.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::dpkg {

struct Match {
    bool same = false;                // type, and content or link target
    std::vector<std::string> covers;  // what is as the package has it, in the words of Claim::covers
    std::string differs;              // "mode 4755 instead of 0755", ...; "" when everything is as it should be
};

// Reads the content (question.read) where it has no digest by the row's algorithm. What is not known, as the content of an object that was not
// read, is not covered. Error: it could not be read.
Result<Match> match(const Question& question, const Attributes& now, const KnownFile& known, const std::optional<Ownership>& ownership);

// Was it, before it went, what the package had? Only by what is known of it.
bool was(const Observation& before, DigestAlgorithm digest, const KnownFile& known);

}  // namespace touchstone::dpkg
