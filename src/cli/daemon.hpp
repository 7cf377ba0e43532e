// Talking to a running daemon (control.hpp).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

#include "touchstone/config.hpp"
#include "touchstone/event.hpp"
#include "touchstone/result.hpp"

namespace touchstone::cli {

// The daemon's answer; a refusal is an error. is_absent() says whether the error means that no daemon runs.
Result<nlohmann::json> ask(const Config& config, const nlohmann::json& request);
bool is_absent(const Error& error);

// The daemon opens the baseline again. Without a daemon, or without the right to talk to it, nothing; a refusal is said.
void tell_baseline_changed(const Config& config);

// What `check` found: the daemon looks at these names itself, and gives the notice. Without a daemon the notice goes straight into the journal, when
// root compared: what others could read is no full comparison.
void hand_over(const Config& config, const std::vector<std::string>& paths, const Notice& notice, WallTime at);

}  // namespace touchstone::cli
