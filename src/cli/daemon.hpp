// Talking to a running daemon (control.hpp).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

#include "touchstone/config.hpp"
#include "touchstone/result.hpp"

namespace touchstone::cli {

// The daemon's answer; a refusal is an error. is_absent() says whether the error means that no daemon runs.
Result<nlohmann::json> ask(const Config& config, const nlohmann::json& request);
bool is_absent(const Error& error);

// The daemon opens the baseline again. Without a daemon, or without the right to talk to it, nothing; a refusal is said.
void tell_baseline_changed(const Config& config);

// What `check` found: the daemon looks at these names itself, and remembers that a full comparison was made.
struct CheckedScope {
    std::string scope;  // "" is everything
    std::uint64_t objects = 0;
    std::uint64_t findings = 0;
    int exit = 0;
};
void hand_over(const Config& config, const std::vector<std::string>& paths, const std::vector<CheckedScope>& scopes, const std::string& baseline_id,
               WallTime at);

}  // namespace touchstone::cli
