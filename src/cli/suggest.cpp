// `touchstone suggest`: rules for what kept being reported and is likely normal, drawn from the log. Nothing is changed: a human takes them, or not.
#include <fmt/format.h>

#include "clock.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/inquiry.hpp"
#include "touchstone/log_files.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/suggestions.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

using reader::Suggestion;

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : escape_invalid_utf8(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// The package that vouches for the program now; "" when none does.
std::string package_of(Panel& panel, const std::string& executable) {
    auto observer = Observer::make(DigestAlgorithm::sha256);
    if (!observer) return {};
    const auto program = observer->look(executable, {}, wall_now());
    for (const auto& claim : inquire(panel, static_cast<KnownReader*>(nullptr), program, nullptr, DigestAlgorithm::sha256))
        if (claim.word == Claim::Word::vouches && !claim.evidence.weak) return claim.evidence.source.substr(0, claim.evidence.source.find(' '));
    return {};
}

std::string rule_of(const Suggestion& each, Panel& panel) {
    std::string out = fmt::format("# {} from {} to {}", counted(each.count, "finding"), time_text(each.first), time_text(each.last));
    for (const auto& path : each.examples) out += "\n#   " + printable(path);
    out += fmt::format("\n[[expect]]\npath = {}\n", quoted(each.path));
    if (!each.attributes.empty()) {
        std::string list;
        for (const auto& attribute : each.attributes) list += (list.empty() ? "" : ", ") + quoted(attribute);
        out += fmt::format("attributes = [{}]\n", list);
    }
    out += fmt::format("executable = {}\n", quoted(each.executable));
    const auto package = package_of(panel, each.executable);
    if (!package.empty()) out += fmt::format("package = {}\n", quoted(package));
    if (!each.unit.empty()) out += fmt::format("unit = {}\n", quoted(each.unit));
    if (!each.user.empty()) out += fmt::format("user = {}\n", quoted(each.user));
    return out + "\n";
}

struct LogRead {
    reader::Suggestions suggestions;
    reader::LineFaults faults;
};

Status read_log(const std::string& log, WallTime since, LogRead& read) {
    const auto take = [&](std::string_view line) {
        if (const auto entry = reader::parse_entry(line); entry && entry->at >= since) read.suggestions.add(*entry);
        return true;
    };
    for (const auto& place : reader::rotations_of(log)) {
        if (place.written < since) continue;
        const auto file = reader::open_log(place.path, false);
        if (!file) return fail(file.error());
        if (auto done = reader::read_lines(file->get(), place.path, read.faults, take); !done) return done;
    }
    const auto file = reader::open_log(log, true);
    if (!file) return fail(file.error());
    return reader::read_lines(file->get(), log, read.faults, take);
}

}  // namespace

int suggest(const Session& session, const Arguments& arguments) {
    const Config& config = session.config();
    const std::string log = arguments.paths.empty() ? config.json.path : arguments.paths.front();
    if (log == "-") {
        say("touchstone: the log goes to standard output; name a file that keeps it");
        return kUsage;
    }
    LogRead read;
    if (auto done = read_log(log, wall_now() - std::chrono::hours(24) * arguments.days, read); !done) return fail_with(done.error());
    Panel panel(config.providers, config.state.path);
    std::string out;
    const auto all = read.suggestions.most_frequent(arguments.at_least);
    for (const auto& each : all) out += rule_of(each, panel);
    if (read.suggestions.left_out() > 0) say(fmt::format("touchstone: {} left out: too many kinds of changes", counted(read.suggestions.left_out(), "finding was", "findings were")));
    if (all.empty()) {
        say(fmt::format("touchstone: nothing to suggest: of the unexpected findings of the last {}, {} by a service, and none came {} times", counted(arguments.days, "day"),
                        counted(read.suggestions.considered(), "was", "were"), arguments.at_least));
        return kSuccess;
    }
    return print("# Drawn from the log by `touchstone suggest`. Each rule calls changes normal: take only what you can account for.\n\n" + out, kSuccess);
}

}  // namespace touchstone::cli
