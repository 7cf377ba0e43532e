// An approval in words.
#pragma once

#include <string>

#include "touchstone/approval.hpp"

namespace touchstone::cli {

// "/etc/x: file 5891b5b522d5... mode 0644 -> absent". Safe for a terminal.
std::string change_line(const ApprovedChange& change);
std::string state_text(const ApprovedState& state);

}  // namespace touchstone::cli
