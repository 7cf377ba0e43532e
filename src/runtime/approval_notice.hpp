// What `touchstone approve submit` has to say in the log (control.hpp, "approval").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// nullopt: it is no such request.
std::optional<Notice> approval_notice(const std::string& request);

// What was left for the next watch, and is now taken from the store; empty when nothing was ever taken in. Blocks on the database.
Result<std::vector<Notice>> waiting_approval_notices(const std::string& state_directory);

}  // namespace touchstone
