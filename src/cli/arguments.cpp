#include "arguments.hpp"

#include <CLI/CLI.hpp>

#include "exit_status.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/config.hpp"

namespace touchstone::cli {
namespace {

class Grammar {
public:
    Grammar() {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "touchstone " TOUCHSTONE_VERSION);
        verb(app_, Verb::watch, "watch", "Watch, and report every change as it happens (the service)");
        add_baseline();
        auto* check = verb(app_, Verb::check, "check", "Compare everything now with the baseline, in full");
        json(check);
        check->add_option("PATH", arguments_.paths, "Only these, and what is below them");
        json(verb(app_, Verb::status, "status", "Say whether the watch is on, and how it does"));
        auto* explain = verb(app_, Verb::explain, "explain", "Say which rule, evidence and verdict apply to a path, and why");
        json(explain);
        explain->add_option("PATH", arguments_.paths, "The path")->required()->expected(1);
        auto* suggest = verb(app_, Verb::suggest, "suggest", "Draw [[expect]] rules from what kept being reported, for you to accept");
        suggest->add_option("--days", arguments_.days, "How far to look back")->type_name("N")->capture_default_str()->check(CLI::Range(1u, 3650u));
        suggest->add_option("--at-least", arguments_.at_least, "Findings that make a habit")->type_name("N")->capture_default_str()->check(CLI::Range(1u, 1'000'000u));
        suggest->add_option("FILE", arguments_.paths, "The log; by default that of the configuration")->expected(0, 1);
        auto* events = verb(app_, Verb::events, "events", "Read the log: what was reported, in plain lines");
        json(events);
        add_events_options(*events, arguments_.events);
        add_approve();
        auto* config = app_.add_subcommand("config", "The configuration")->require_subcommand(1);
        verb(*config, Verb::config_check, "check", "Check the configuration");
        json(verb(*config, Verb::config_show, "show", "Print every effective value, and where it came from"));
        json(verb(app_, Verb::doctor, "doctor", "Say what this kernel and this installation can and cannot see, and what to do"));
        add_evidence();
        verb(app_, Verb::version, "version", "Print the version");
    }

    std::variant<Arguments, Answer> parse(int argc, const char* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            std::ostringstream out, err;
            if (app_.exit(error, out, err) == 0) return Answer{kSuccess, out.str()};
            const std::string verb = wrong_verb();
            return Answer{kUsage, verb.empty() ? printable_lines(err.str()) : verb};
        }
        return arguments_;
    }

private:
    CLI::App* verb(CLI::App& parent, Verb verb, const char* name, const char* what) {
        auto* command = parent.add_subcommand(name, what);
        command->add_option("--config", arguments_.config, "The configuration file")->type_name("FILE")->capture_default_str();
        command->callback([this, verb] { arguments_.verb = verb; });
        return command;
    }

    void json(CLI::App* command) { command->add_flag("--json", arguments_.json, "Print JSON on standard output"); }

    void add_baseline() {
        auto* baseline = app_.add_subcommand("baseline", "What watched objects should be")->require_subcommand(1);
        verb(*baseline, Verb::baseline_build, "build", "Record every watched object as it is now");
        auto* accept = verb(*baseline, Verb::baseline_accept, "accept", "Take what has changed into the baseline");
        auto* all = accept->add_flag("--all", arguments_.all, "Everything that the watch has reported");
        accept->add_option("--note", arguments_.note, "Why; kept with who and when")->type_name("TEXT");
        accept->add_option("PATH", arguments_.paths, "These, and what is below them")->excludes(all);
        auto* diff = verb(*baseline, Verb::baseline_diff, "diff", "List what the watch has found to differ from the baseline");
        json(diff);
        diff->add_option("PATH", arguments_.paths, "Only these, and what is below them");
        auto* show = verb(*baseline, Verb::baseline_show, "show", "Print what the baseline says of a path");
        json(show);
        show->add_option("PATH", arguments_.paths, "The path")->required()->expected(1);
        verb(*baseline, Verb::baseline_verify, "verify", "Check that the baseline is whole");
    }

    void add_approve() {
        auto* approve = app_.add_subcommand("approve", "Changes that are approved beforehand")->require_subcommand(1);
        auto* sign = verb(*approve, Verb::approve_sign, "sign", "Sign which objects may become what (where the private key is)");
        ToSign& to = arguments_.to_sign;
        auto* after = sign->add_option_group("after", "What the objects should be");
        after->add_option("--manifest", to.manifest, "Lines of sha256sum, or mtree")->type_name("FILE");
        after->add_option("--directory", to.directory, "What is in a directory")->type_name("DIR");
        after->add_option("--tarball", to.tarball, "What is in a tarball")->type_name("FILE");
        after->require_option(0, 1);
        auto* before = sign->add_option_group("before", "What the objects were");
        before->add_option("--before-manifest", to.before_manifest, "Lines of sha256sum, or mtree")->type_name("FILE");
        before->add_option("--before-directory", to.before_directory, "What is in a directory")->type_name("DIR");
        before->add_option("--before-tarball", to.before_tarball, "What is in a tarball")->type_name("FILE");
        before->add_flag("--without-before", to.without_before, "Whatever they were");
        before->require_option(1);
        sign->add_flag("--removals", to.removals, "What was, and is not among what should be, may go");
        sign->add_option("--absent", to.absent, "This may go (repeatable)")->type_name("PATH");
        sign->add_option("--root,--prefix", to.root, "Where names that are not absolute belong on the host")->type_name("DIR");
        sign->add_option("--digest", to.digests, "The digest of the hosts' baselines, where it is not sha256 (repeatable)")->type_name("NAME");
        sign->add_option("--mode", to.mode, "Of files for which nothing says it")->type_name("OCTAL");
        sign->add_option("--uid", to.uid, "Of objects for which nothing says it")->type_name("N");
        sign->add_option("--gid", to.gid, "Of objects for which nothing says it")->type_name("N");
        auto* host = sign->add_option("--host", to.hosts, "For the host of this machine-id(5) (repeatable)")->type_name("ID");
        sign->add_flag("--any-host", to.any_host, "For every host")->excludes(host);
        sign->add_option("--expires", to.expires, "When it ends: 2h, 3d, 2026-01-31, 2026-01-31T12:00:00Z")->type_name("TIME")->required();
        sign->add_option("--not-before", to.not_before, "When it begins; now")->type_name("TIME");
        sign->add_option("--ticket", to.ticket, "The number of the change")->type_name("TEXT");
        sign->add_option("--note", arguments_.note, "Why")->type_name("TEXT");
        sign->add_option("--approver", to.approver, "Who approves; the user")->type_name("NAME");
        sign->add_option("--key", to.key, "The private key: Ed25519 in PEM, encrypted or not")->type_name("FILE")->required();
        sign->add_option("-o,--output", to.out, "The approval; made anew")->type_name("FILE")->required();
        auto* submit = verb(*approve, Verb::approve_submit, "submit", "Take an approval in (on the host)");
        submit->add_option("FILE", arguments_.approval, "The approval; - is standard input")->required();
        json(verb(*approve, Verb::approve_list, "list", "List approvals, and what became of them"));
    }

    // For apt's hook and for units, not for people: it is in the manual and not in the list of verbs.
    void add_evidence() {
        auto* evidence = app_.add_subcommand("evidence", "Remember what signed sources say (for hooks)")->require_subcommand(1)->group("");
        auto* apt = verb(*evidence, Verb::evidence_apt, "apt", "Verify the archives that apt is about to unpack, as its hook");
        auto* end = apt->add_flag("--end", arguments_.end, "apt has ended");
        apt->add_flag("--cache", arguments_.cache, "Verify what apt left in its cache, without the hook")->excludes(end);
    }

    // "A subcommand is required" tells nobody which. "" when the verb is not what is wrong.
    std::string wrong_verb() const {
        const CLI::App* at = &app_;
        std::string words;
        for (; !at->get_subcommands().empty(); words += at->get_name() + " ") at = at->get_subcommands().front();
        std::string choice;
        for (const auto* verb : at->get_subcommands([](const CLI::App*) { return true; })) choice += (choice.empty() ? "" : ", ") + verb->get_name();
        if (choice.empty()) return {};
        const auto rest = app_.remaining(true);
        if (!rest.empty() && rest.front().starts_with('-')) return "no such option: " + words + printable(rest.front()) + "\n";
        return rest.empty() ? words + "needs a verb: " + choice + "\n" : "no such verb: " + words + printable(rest.front()) + "; one of: " + choice + "\n";
    }

    // Messages quote arguments, which may hold anything.
    static std::string printable_lines(const std::string& text) {
        std::string out;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) out += printable(line) + "\n";
        return out;
    }

    CLI::App app_{"touchstone watches files, and says once, and for certain, what became of them", "touchstone"};
    Arguments arguments_{.config = kDefaultConfigPath, .note = {}, .to_sign = {}, .approval = {}, .paths = {}, .events = {}, .working_directory = {}};
};

}  // namespace

std::string normalised(const std::string& path, const std::string& working_directory) {
    const std::string whole = path.starts_with('/') ? path : working_directory + "/" + path;
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < whole.size();) {
        const std::size_t end = std::min(whole.find('/', at), whole.size());
        const std::string part = whole.substr(at, end - at);
        at = end + 1;
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string out;
    for (const auto& part : parts) out += "/" + part;
    return out.empty() ? "/" : out;
}

std::variant<Arguments, Answer> parse_arguments(int argc, const char* const* argv, const std::string& working_directory) {
    auto parsed = Grammar().parse(argc, argv);
    auto* arguments = std::get_if<Arguments>(&parsed);
    if (!arguments) return parsed;
    arguments->working_directory = working_directory;
    for (auto& path : arguments->paths) {
        if (path.empty()) return Answer{kUsage, "PATH may not be empty\n"};
        path = normalised(path, working_directory);
    }
    if (arguments->verb == Verb::baseline_accept && !arguments->all && arguments->paths.empty())
        return Answer{kUsage, "baseline accept needs a PATH, or --all\n"};
    if (arguments->verb == Verb::approve_sign) {
        auto& to = arguments->to_sign;
        if (to.hosts.empty() && !to.any_host) return Answer{kUsage, "approve sign needs a --host, or --any-host\n"};
        if (to.manifest.empty() && to.directory.empty() && to.tarball.empty() && to.absent.empty() && !to.removals)
            return Answer{kUsage, "approve sign needs a --manifest, --directory, --tarball or --absent\n"};
    }
    return parsed;
}

}  // namespace touchstone::cli
