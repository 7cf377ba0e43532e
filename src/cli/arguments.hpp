// The command line, parsed (touchstone(8)).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "events_options.hpp"

namespace touchstone::cli {

enum class Verb {
    watch,
    baseline_build,
    baseline_accept,
    baseline_diff,
    baseline_show,
    baseline_verify,
    check,
    status,
    explain,
    events,
    suggest,
    config_check,
    config_show,
    doctor,
    version,
};

struct Arguments {
    Verb verb = Verb::version;
    std::string config;
    bool json = false;
    bool all = false;                // baseline accept
    std::uint32_t days = 7;          // suggest
    std::uint32_t at_least = 3;      // suggest
    std::string note;                // baseline accept
    std::vector<std::string> paths;  // absolute and normalised, bytes
    EventsOptions events;
    std::string working_directory;
};

// Nothing is to be done but to say `text`: help (status 0), or what is wrong with the command line (64).
struct Answer {
    int status = 0;
    std::string text;
};

std::variant<Arguments, Answer> parse_arguments(int argc, const char* const* argv, const std::string& working_directory);

// Absolute, without "." and "..", double or trailing slashes. Symbolic links are not looked at: the name is what is watched.
std::string normalised(const std::string& path, const std::string& working_directory);

}  // namespace touchstone::cli
