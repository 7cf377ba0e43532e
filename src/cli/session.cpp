#include "session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "clock.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "privileges.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/observe.hpp"

namespace touchstone::cli {
namespace {

// Of those who read for a verb most wait for the disk where that has to be asked, and it gives more the more it is asked at once.
constexpr unsigned kReadersPerThread = 8;

int fail_damaged(const Error& error) {
    say(error);
    say("touchstone: the baseline cannot be read, and no file was compared with it: restore it from a copy, or look at everything and make a new one with: "
        "touchstone baseline build");
    return kInternal;
}

}  // namespace

int with_session(const Arguments& arguments, const std::function<int(const Session&)>& work) {
    auto loaded = load_config(arguments.config);
    if (!loaded) return refuse(loaded.error());
    Policy policy(loaded->config.watches);
    return work(Session{std::move(*loaded), std::move(policy)});
}

int refuse(const Error& error) {
    say(error);
    return error.kind == ErrorKind::no_permission ? kNoPermission : kBadConfiguration;
}

int fail_with(const Error& error) {
    say(error);
    if (error.kind != ErrorKind::no_permission) return kInternal;
    const std::string missing = missing_file_capabilities();
    say(missing.empty() ? "touchstone: not permitted although no capability is missing: look for a read-only mount, an immutable file or a security module"
                        : "touchstone: missing " + missing + "; run it as root");
    return kNoPermission;
}

std::string unwatched(const Policy& policy, const std::vector<std::string>& paths) {
    const auto found = std::find_if(paths.begin(), paths.end(),
                                    [&](const auto& path) { return !policy.rule_for(path) && !policy.leads_to_watch(path); });
    return found == paths.end() ? std::string() : *found;
}

int fail_without_baseline(const Error& error, const Config& config) {
    if (error.kind == ErrorKind::corrupt && error.what.starts_with(config.baseline.path)) return fail_damaged(error);
    if (error.code != ENOENT) return fail_with(error);
    say(fmt::format("touchstone: there is no baseline at {}; make one with: touchstone baseline build", printable(config.baseline.path)));
    return kInternal;
}

Status check_digest_of(const BaselineInfo& baseline, const Config& config) {
    const auto observer = Observer::make(baseline.digest);
    if (observer) return {};
    return fail(Error{fmt::format("{} cannot be compared with: {}", config.baseline.path, observer.error().what), observer.error().kind, 0});
}

SurveyOptions survey_options(const Session& session, DigestAlgorithm digest, const std::vector<std::string>& scopes) {
    SurveyOptions options;
    options.scopes = scopes;
    options.filesystems = session.config().sources.filesystems;
    options.digest = digest;
    options.measure = session.config().verify.measure;
    options.providers = session.config().providers;
    options.state_directory = session.config().state.path;
    const unsigned threads = session.config().verify.threads;
    options.threads = SweepThreads(threads, threads * kReadersPerThread);
    options.leave_out = [&config = session.config()](const std::string& path) { return is_own_file(config, path); };
    options.wall_now = wall_now;
    options.steady_now = steady_now;
    return options;
}

bool is_own_file(const Config& config, const std::string& path) {
    if (is_within(path, config.state.path)) return true;
    if (path == config.baseline.path || path.starts_with(config.baseline.path + ".new-")) return true;
    return config.json.enabled && path == config.json.path;
}

}  // namespace touchstone::cli
