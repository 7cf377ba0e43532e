// `touchstone explain PATH`: which rule applies, what is known of it, what each source of truth says, and what verdict a change to what it is now would get.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "clock.hpp"
#include "comparison.hpp"
#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/differ.hpp"
#include "touchstone/inquiry.hpp"
#include "touchstone/observe.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

struct Explained {
    std::string path;
    RuleRef rule;            // null: nobody watches it
    std::string unwatched;   // why
    Observation now;
    std::optional<Observation> baseline, reported;
    std::vector<Claim> claims;
    std::vector<std::string> expectations;  // that are about this path
    std::map<std::string, std::string> failures;  // of providers
    std::optional<Finding> difference;      // from the baseline
    std::string no_diff;                    // why a change of its content would not be shown; "" when it would
};

std::string_view word_of(Claim::Word word) {
    switch (word) {
        case Claim::Word::vouches: return "vouches";
        case Claim::Word::explains: return "explains";
        case Claim::Word::contradicts: return "contradicts";
        case Claim::Word::awaited: return "awaited";
        case Claim::Word::passing: return "passing";
    }
    return "";
}

std::vector<std::string> above(const std::string& path) {
    std::vector<std::string> all{path};
    while (all.back() != "/") all.push_back(std::string(split_path(all.back()).directory));
    return all;
}

// Of a path that no rule holds: the watch that would hold it and the pattern of it that excludes it.
std::string why_unwatched(const Policy& policy, const std::string& path) {
    const auto places = above(path);
    for (const auto& rule : policy.rules()) {
        const bool holds = std::any_of(places.begin(), places.end(), [&](const std::string& place) { return glob_match(rule->path, place); });
        if (!holds) continue;
        for (const auto& pattern : rule->exclude)
            for (const auto& place : places)
                if (glob_match(pattern, pattern.find('/') == std::string::npos ? split_path(place).name : std::string_view(place)))
                    return fmt::format("excluded by \"{}\" of the watch {}", printable(pattern), printable(rule->path));
    }
    return policy.leads_to_watch(path) ? "not watched; something below it is" : "not watched";
}

Surveyed surveyed_of(const Explained& all) {
    Surveyed surveyed;
    surveyed.now = all.now;
    surveyed.rule = all.rule;
    surveyed.expected = all.baseline;
    surveyed.claims = all.claims;
    if (all.reported && all.reported->look == all.now.look) surveyed.standing = all.reported->standing;
    return surveyed;
}

Status look_up(const Config& config, Explained& all, Panel& panel, DigestAlgorithm& digest) {
    auto expected = Expected::open(config.baseline.path, config.state.path);
    if (!expected) {
        if (expected.error().code != ENOENT) return fail(expected.error());
        all.claims = inquire(panel, static_cast<KnownReader*>(nullptr), all.now, nullptr, digest);
        return {};
    }
    digest = (*expected)->baseline().info().digest;
    auto row = (*expected)->find(all.path, all.rule->profile);
    if (!row) return fail(row.error());
    all.baseline = std::move(*row);
    KnownStore* store = (*expected)->store();
    if (store != nullptr) {
        auto reported = store->find(all.path);
        if (!reported) return fail(reported.error());
        if (*reported && !(all.baseline && (*reported)->look == all.baseline->look)) all.reported = std::move(*reported);
    }
    all.claims = inquire(panel, all.baseline ? &*all.baseline : nullptr, all.now, nullptr, digest);
    return {};
}

Result<Explained> explain_path(const Session& session, const std::string& path) {
    Explained all;
    all.path = path;
    all.rule = session.policy.rule_for(path);
    if (!all.rule) {
        all.unwatched = why_unwatched(session.policy, path);
        return all;
    }
    const Config& config = session.config();
    DigestAlgorithm digest = config.baseline.digest;
    auto observer = Observer::make(digest);
    if (!observer) return fail(observer.error());
    LookOptions look;
    look.profile = all.rule->profile;
    if (Differ::is_wanted(*all.rule)) look.keep_content = config.diff.file_bytes;
    all.now = observer->look(path, look, wall_now());
    all.no_diff = Differ::why_not(all.now, *all.rule, config.diff);
    Panel panel(config.providers, config.state.path, [&all](const std::string& provider, const Error* error) {
        if (error != nullptr) all.failures[provider] = error->what;
    });
    if (auto done = look_up(config, all, panel, digest); !done) return fail(done.error());
    for (const auto& rule : config.providers.expectations)
        if (glob_match(rule.path, path)) all.expectations.push_back(rule.name);
    all.difference = compare(surveyed_of(all), digest);
    return all;
}

std::string standing_of(const Explained& all) {
    if (!all.baseline) return "not in the baseline";
    return all.difference ? "differs from the baseline" : "as in the baseline";
}

std::string verdict_of(const Explained& all) {
    return all.difference ? std::string(name_of(all.difference->verdict)) : "none: it is as it should be";
}

std::string as_text(const Explained& all) {
    std::string out = printable(all.path) + "\n";
    const auto line = [&](std::string_view name, const std::string& value) { out += fmt::format("  {:<9}  {}\n", name, value); };
    if (!all.rule) return line("rule", all.unwatched), out;
    line("rule", fmt::format("watch {}, profile {}, severity {}{}", printable(all.rule->path), name_of(all.rule->profile), name_of(all.rule->severity),
                             all.rule->tags.empty() ? "" : fmt::format(", tags {}", fmt::join(all.rule->tags, " "))));
    line("now", all.now.absent() ? "not there" : all.now.unreadable() ? "cannot be looked at: " + printable(reason_text(*all.now.unreadable())) : standing_of(all));
    if (all.now.absent() && all.baseline) line("", "the baseline has it");
    if (all.reported)
        line("reported", all.reported->absent() ? "as gone" : fmt::format("{}, as {}", all.reported->look == all.now.look ? "just so" : "otherwise", name_of(all.reported->standing)));
    if (Differ::is_wanted(*all.rule)) line("diff", all.no_diff.empty() ? "a change of its content is shown" : "a change of its content is not shown: " + all.no_diff);
    for (const auto& claim : all.claims)
        line("evidence", fmt::format("{} {}{}: {}: {}", printable(claim.evidence.provider), printable(claim.evidence.source), claim.evidence.weak ? " (weak)" : "",
                                     word_of(claim.word), printable(claim.evidence.reason)));
    if (all.claims.empty() && all.difference) line("evidence", "no source of truth says anything of it as it is now");
    for (const auto& [provider, what] : all.failures) line("failing", printable(provider) + ": " + printable(what));
    for (const auto& name : all.expectations) line("expect", fmt::format("{}, where its writer does it", printable(name)));
    line("verdict", verdict_of(all));
    if (all.difference) {
        for (const auto& change : all.difference->changes)
            line("", fmt::format("{}: {} -> {}", printable(change.attribute), change.before.empty() ? "-" : printable(shown_value(change.before)), change.after.empty() ? "-" : printable(shown_value(change.after))));
        line("severity", std::string(name_of(all.difference->severity)));
    }
    return out;
}

std::string as_json(const Explained& all) {
    nlohmann::json out{{"watched", all.rule != nullptr}, {"expectations", nlohmann::json::array()}, {"claims", nlohmann::json::array()}, {"failing", nlohmann::json::object()}};
    put_path(out, "path", all.path);
    if (!all.rule) {
        out["why"] = escape_invalid_utf8(all.unwatched);
        return to_text(out);
    }
    out["rule"] = {{"path", escape_invalid_utf8(all.rule->path)}, {"profile", name_of(all.rule->profile)}, {"severity", name_of(all.rule->severity)}, {"tags", all.rule->tags}};
    out["diff"] = all.no_diff.empty();
    if (!all.no_diff.empty()) out["diff_why_not"] = all.no_diff;
    out["present"] = !all.now.absent();
    out["in_baseline"] = all.baseline.has_value();
    out["differs_from_baseline"] = all.difference.has_value();
    if (all.reported) out["reported_as"] = name_of(all.reported->standing);
    for (const auto& claim : all.claims)
        out["claims"].push_back({{"word", word_of(claim.word)}, {"provider", claim.evidence.provider}, {"source", escape_invalid_utf8(claim.evidence.source)},
                                 {"signer", escape_invalid_utf8(claim.evidence.signer)}, {"reason", escape_invalid_utf8(claim.evidence.reason)},
                                 {"weak", claim.evidence.weak}, {"covers", claim.covers}});
    for (const auto& name : all.expectations) out["expectations"].push_back(escape_invalid_utf8(name));
    for (const auto& [provider, what] : all.failures) out["failing"][provider] = escape_invalid_utf8(what);
    if (all.difference) {
        out["action"] = name_of(all.difference->action);
        out["verdict"] = name_of(all.difference->verdict);
        out["severity"] = name_of(all.difference->severity);
    }
    return to_text(out);
}

}  // namespace

int explain(const Session& session, const Arguments& arguments) {
    const auto explained = explain_path(session, arguments.paths.front());
    if (!explained) return fail_with(explained.error());
    return print(arguments.json ? as_json(*explained) : as_text(*explained), kSuccess);
}

}  // namespace touchstone::cli
