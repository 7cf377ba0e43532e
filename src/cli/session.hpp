// What most verbs begin with: the configuration, and what follows from it.
#pragma once

#include <functional>
#include <string>

#include "arguments.hpp"
#include "touchstone/config.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/survey.hpp"

namespace touchstone::cli {

struct Session {
    LoadedConfig loaded;
    Policy policy;

    const Config& config() const { return loaded.config; }
};

// Loads the configuration and calls `work`; what is wrong with the configuration is said, and is 78 (77 when it may not be read).
int with_session(const Arguments& arguments, const std::function<int(const Session&)>& work);

// Says what is wrong with the configuration; returns the exit status.
int refuse(const Error& error);

// Says the error, and what would help where permission is missing; returns the exit status.
int fail_with(const Error& error);

// The first of `paths` that no watch holds or leads to; "" when there is none.
std::string unwatched(const Policy& policy, const std::vector<std::string>& paths);

// Says that there is no baseline, or a damaged one, with what to do about it, and anything else as it is.
int fail_without_baseline(const Error& error, const Config& config);

// bad_input when OpenSSL does not offer the digest that the baseline was built with, so that nothing can be held against it.
Status check_digest_of(const BaselineInfo& baseline, const Config& config);

// For a survey of `scopes` with clocks, threads and our own files left out.
SurveyOptions survey_options(const Session& session, DigestAlgorithm digest, const std::vector<std::string>& scopes);

// Our own files change by our own hand, and are judged by other means: baseline, state and the JSON log.
bool is_own_file(const Config& config, const std::string& path);

}  // namespace touchstone::cli
