// What rpm does beside the files of its packages: scriptlets, what it sets aside, and its own files.
#pragma once

#include <string>
#include <vector>

#include "database.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::rpm {

Evidence evidence_of(const Package& package, std::string reason);
// Of one that is not installed any more. No header is left that could say so: nobody signs a removal, and it belongs to no transaction.
Evidence evidence_of_removed(const Package& package, std::string reason);

// Adds what is said of NAME.rpmsave and NAME.rpmorig: that it is what was known of NAME, which a package configures. `original`: NAME as in Question::path.
void explain_saved(const Question& question, const Answer& answer, const std::string& original, std::vector<Claim>& claims);

// Adds one claim where every writer is rpm or a scriptlet of a transaction of signed packages. `path` is within the root, `answer` of it.
Status explain_by_writers(const Question& question, const std::string& path, const Answer& answer, Database& database, std::vector<Claim>& claims);

}  // namespace touchstone::rpm
