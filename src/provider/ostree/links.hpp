// How many names a file has that a deployment shares with the repository, and with other deployments: those come and go with deployments.
#pragma once

#include "deployments.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::ostree {

struct Links {
    bool accounted = true;         // for how many there are
    bool changed = false;          // since it was known
    std::optional<Deployment> by;  // the deployment that did that, where one did
};

// `object`: the repository's file of the same checksum. A file of which nothing is known, or that is another one now, has the names that it came with. One that
// was known has more of them by a deployment only if it is that object, and a deployment was made since, or is being made; fewer do no harm.
Links links_of(const Question& question, const Attributes& now, const std::string& object, const Deployments& deployments);

}  // namespace touchstone::ostree
