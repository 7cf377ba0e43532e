#include "verbs.hpp"

#include <fmt/format.h>

#include "exit_status.hpp"
#include "output.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/runtime.hpp"

namespace touchstone::cli {
namespace {

int run_in_session(const Session& session, const Arguments& arguments) {
    const std::string stray = unwatched(session.policy, arguments.paths);
    if (!stray.empty() && arguments.verb != Verb::baseline_show && arguments.verb != Verb::explain && arguments.verb != Verb::suggest) {
        say(fmt::format("touchstone: {} is not watched, and nothing below it is", printable(stray)));
        return kUsage;
    }
    switch (arguments.verb) {
        case Verb::baseline_build: return baseline_build(session);
        case Verb::baseline_accept: return baseline_accept(session, arguments);
        case Verb::baseline_diff: return baseline_diff(session, arguments);
        case Verb::baseline_show: return baseline_show(session, arguments);
        case Verb::baseline_verify: return baseline_verify(session);
        case Verb::check: return check(session, arguments);
        case Verb::status: return status(session, arguments);
        case Verb::suggest: return suggest(session, arguments);
        case Verb::explain: return explain(session, arguments);
        case Verb::approve_submit: return approve_submit(session, arguments);
        case Verb::approve_list: return approve_list(session, arguments);
        case Verb::config_check: return config_check(session);
        case Verb::config_show: return config_show(session, arguments);
        case Verb::evidence_apt: return evidence_apt(session, arguments);
        case Verb::watch:
        case Verb::doctor:
        case Verb::events:
        case Verb::approve_sign:
        case Verb::version: break;
    }
    return kInternal;
}

}  // namespace

int run_verb(const Arguments& arguments) {
    switch (arguments.verb) {
        case Verb::watch: return run_watch(arguments.config);
        case Verb::doctor: return doctor(arguments);
        case Verb::events: return events(arguments);
        case Verb::approve_sign: return approve_sign(arguments);
        case Verb::version: return print("touchstone " TOUCHSTONE_VERSION "\n", kSuccess);
        default: return with_session(arguments, [&](const Session& session) { return run_in_session(session, arguments); });
    }
}

}  // namespace touchstone::cli
