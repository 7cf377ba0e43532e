// The daemon: `touchstone watch`.
#pragma once

#include <string>

namespace touchstone {

// Runs until SIGTERM or SIGINT; returns the exit status (DESIGN.md 5.1): 0, 70, 77, 78. Logs through spdlog to standard error (the journal, under systemd).
int run_watch(const std::string& config_file);

}  // namespace touchstone
