// The daemon: `touchstone watch`.
#pragma once

#include <string>

#include "touchstone/config.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// bad_input, naming file and line, when this host's OpenSSL does not offer the digest that [baseline] asks for. Part of every verb that hashes.
Status check_digest(const LoadedConfig& loaded);

// Runs until SIGTERM or SIGINT; returns the exit status (DESIGN.md 5.1): 0, 70, 77, 78. Logs through spdlog to standard error (the journal, under systemd).
int run_watch(const std::string& config_file);

}  // namespace touchstone
