#include "events_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "arguments.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/rule.hpp"
#include "touchstone/time_words.hpp"

namespace touchstone::cli {
namespace {

Result<std::optional<WallTime>> moment(const char* option, const std::string& text, WallTime now) {
    if (text.empty()) return std::nullopt;
    if (const auto time = reader::parse_time_words(text, now)) return time;
    return fail(Error{fmt::format("{} {}: no time that is understood; write 2026-11-29, \"2026-11-29 14:30\", 14:30, 2026-11-29T14:30:00Z, -2h, \"2h ago\", today or yesterday",
                                  option, text),
                      ErrorKind::bad_input, 0});
}

std::int64_t severity_of(const std::string& name) {
    for (const auto severity : {Severity::low, Severity::medium, Severity::high, Severity::critical})
        if (name_of(severity) == name) return static_cast<std::int64_t>(severity);
    return 0;
}

reader::Dataset dataset_of(const std::string& name) {
    return name == "finding" ? reader::Dataset::finding : name == "gap" ? reader::Dataset::gap : reader::Dataset::notice;
}

// A glob without a slash is one over names.
std::string wanted_path(const std::string& path, const std::string& working_directory) {
    if (!has_glob(path)) return normalised(path, working_directory);
    return path.find('/') == std::string::npos || path.starts_with('/') || path.starts_with("**") ? path : working_directory + "/" + path;
}

}  // namespace

void add_events_options(CLI::App& command, EventsOptions& options) {
    const auto list = [&](const char* name, std::vector<std::string>& values, const char* what) {
        return command.add_option(name, values, what)->expected(1)->take_all()->allow_extra_args(false);
    };
    command.add_option("FILE", options.file, "A log, or - for standard input; else the one that the configuration names");
    auto* follow = command.add_flag("-f,--follow", options.follow, "Go on with what is reported from now on; begins with the last 10 unless -n or --since says otherwise");
    command.add_option("-n,--lines", options.lines, "The last N only")->type_name("N")->check(CLI::NonNegativeNumber);
    command.add_option("--since", options.since, "From this time on, rotated logs included: 2026-11-29, 14:30, -2h, \"2h ago\", today, yesterday")->type_name("TIME");
    command.add_option("--until", options.until, "Before this time")->type_name("TIME")->excludes(follow);
    list("--path", options.paths, "About this path and all below it, or about what the glob matches")->type_name("PATH");
    list("--verdict", options.verdicts, "unexpected, expected, authorized")->type_name("VERDICT")->delimiter(',')->check(CLI::IsMember({"unexpected", "expected", "authorized"}));
    list("--action", options.actions, "changed, appeared, vanished, renamed, reverted, touched, unreadable, gap, or that of a notice")->type_name("ACTION")->delimiter(',');
    command.add_option("--severity", options.severity, "At least this: low, medium, high, critical")->type_name("LEVEL")->check(CLI::IsMember({"low", "medium", "high", "critical"}));
    list("--actor", options.actors, "By this program (name or path), process id, user, login user, unit, container or entity id; a glob")->type_name("ACTOR");
    list("--dataset", options.datasets, "finding, gap, notice")->type_name("DATASET")->delimiter(',')->check(CLI::IsMember({"finding", "gap", "notice"}));
    list("--id", options.ids, "With this event.id, or beginning so; in rotated logs too")->type_name("ID")->delimiter(',');
    auto* group = command.add_flag("--group", options.group, "One line for what belongs together: one transaction or one actor, of one verdict; with --follow printed once it was quiet for 5 seconds");
    auto* json = command.get_option("--json");
    command.add_flag("-v,--verbose", options.verbose, "Everything that is known, in several lines")->excludes(group)->excludes(json);
    group->excludes(json);
    command.add_flag("--utc", options.utc, "Times in UTC instead of the local time zone");
    command.add_option("--color", options.color, "auto, always, never")->type_name("WHEN")->check(CLI::IsMember({"auto", "always", "never"}))->capture_default_str();
}

Result<reader::Selection> selection_of(const EventsOptions& options, const std::string& working_directory, WallTime now) {
    reader::Selection selection;
    auto since = moment("--since", options.since, now);
    if (!since) return fail(since.error());
    auto until = moment("--until", options.until, now);
    if (!until) return fail(until.error());
    selection.since = *since;
    selection.until = *until;
    for (const auto& path : options.paths) selection.paths.push_back(wanted_path(path, working_directory));
    for (const auto& name : options.datasets) selection.datasets.push_back(dataset_of(name));
    selection.verdicts = options.verdicts;
    selection.actions = options.actions;
    selection.actors = options.actors;
    selection.ids = options.ids;
    selection.severity = severity_of(options.severity);
    return selection;
}

}  // namespace touchstone::cli
