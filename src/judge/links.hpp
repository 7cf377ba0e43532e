#pragma once

#include <vector>

#include "touchstone/finding.hpp"

namespace touchstone {

// Findings that say the same of one inode under several names become one: that of the name touched first.
std::vector<Finding> merge_links(std::vector<Finding> findings);

}  // namespace touchstone
