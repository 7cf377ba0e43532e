// What `touchstone events` is asked for, as it was written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "touchstone/log_selection.hpp"
#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace CLI {
class App;
}

namespace touchstone::cli {

struct EventsOptions {
    std::string file;  // "": the log of the configuration; "-": standard input
    bool follow = false, verbose = false, group = false, utc = false;
    std::optional<std::size_t> lines;
    std::string since, until, severity, color = "auto";
    std::vector<std::string> paths, verdicts, actions, actors, datasets, ids;
};

void add_events_options(CLI::App& command, EventsOptions& options);

// bad_input: a time that cannot be read. Relative paths are below `working_directory`.
Result<reader::Selection> selection_of(const EventsOptions& options, const std::string& working_directory, WallTime now);

}  // namespace touchstone::cli
