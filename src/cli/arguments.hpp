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
    approve_sign,
    approve_submit,
    approve_list,
    config_check,
    config_show,
    doctor,
    evidence_apt,
    version,
};

// approve sign: what is to be signed, and for whom.
struct ToSign {
    std::string manifest, directory, tarball;                       // what it should be; one of them
    std::string before_manifest, before_directory, before_tarball;  // what it was; one of them at most
    bool without_before = false;
    bool removals = false;             // what is only in `before` is to go
    std::vector<std::string> absent;   // and these
    std::string root;
    std::vector<std::string> digests;  // beside SHA-256
    std::string mode, uid, gid;        // of what the manifest does not say
    std::vector<std::string> hosts;
    bool any_host = false;
    std::string expires, not_before, ticket, approver;
    std::string key, out;
};

struct Arguments {
    Verb verb = Verb::version;
    std::string config;
    bool json = false;
    bool end = false;                // evidence apt
    bool cache = false;              // evidence apt
    bool all = false;                // baseline accept
    std::uint32_t days = 7;          // suggest
    std::uint32_t at_least = 3;      // suggest
    std::string note;                // baseline accept, approve sign
    ToSign to_sign;
    std::string approval;            // approve submit: the file, or "-"
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
