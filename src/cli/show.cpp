// `touchstone baseline show` and `baseline verify`.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

struct Shown {
    Observation row;
    std::vector<Acceptance> acceptances;  // that took this very path in
};

Result<std::optional<Shown>> find(BaselineReader& baseline, const std::string& path) {
    auto row = baseline.find(path);
    if (!row) return fail(row.error());
    if (!*row) return std::optional<Shown>();
    auto all = baseline.acceptances();
    if (!all) return fail(all.error());
    Shown shown{std::move(**row), {}};
    for (auto& each : *all)
        if (std::find(each.paths.begin(), each.paths.end(), path) != each.paths.end()) shown.acceptances.push_back(std::move(each));
    return std::optional<Shown>(std::move(shown));
}

std::string as_text(const Shown& shown, const BaselineInfo& info) {
    std::string out = printable(shown.row.path) + "\n";
    const auto line = [&](std::string_view name, std::string_view value) { out += fmt::format("  {:<14}  {}\n", printable(name), printable(value)); };
    if (const Unreadable* unreadable = shown.row.unreadable()) line("unreadable", reason_text(*unreadable));
    if (const Attributes* attributes = shown.row.attributes())
        for (const auto& [name, value] : attribute_lines(*attributes, info.digest)) line(name, value);
    line("looked_at", to_rfc3339(shown.row.looked_at));
    for (const auto& each : shown.acceptances)
        line("accepted", fmt::format("{} by {}{}", to_rfc3339(each.at), each.by, each.note.empty() ? "" : ": " + each.note));
    line("baseline", fmt::format("{} built {} by {} on {}", info.id.substr(0, 16), time_text(info.built_at), info.built_by, info.host));
    return out;
}

std::string as_json(const Shown& shown, const BaselineInfo& info) {
    nlohmann::json out{{"attributes", nlohmann::json::object()}, {"acceptances", nlohmann::json::array()}};
    put_path(out, "path", shown.row.path);
    if (const Unreadable* unreadable = shown.row.unreadable()) out["unreadable"] = escape_invalid_utf8(reason_text(*unreadable));
    if (const Attributes* attributes = shown.row.attributes())
        for (const auto& [name, value] : attribute_lines(*attributes, info.digest)) out["attributes"][escape_invalid_utf8(name)] = escape_invalid_utf8(value);
    out["looked_at"] = to_rfc3339(shown.row.looked_at);
    for (const auto& each : shown.acceptances)
        out["acceptances"].push_back({{"at", to_rfc3339(each.at)}, {"by", escape_invalid_utf8(each.by)}, {"note", escape_invalid_utf8(each.note)}});
    out["baseline"] = {{"id", info.id}, {"built_at", to_rfc3339(info.built_at)}, {"built_by", escape_invalid_utf8(info.built_by)},
                       {"host", escape_invalid_utf8(info.host)}};
    return to_text(out);
}

}  // namespace

int baseline_show(const Session& session, const Arguments& arguments) {
    const std::string& path = arguments.paths.front();
    auto baseline = BaselineReader::open(session.config().baseline.path);
    if (!baseline) return fail_without_baseline(baseline.error(), session.config());
    const auto shown = find(*baseline, path);
    if (!shown) return fail_with(shown.error());
    if (!*shown) {
        say(fmt::format("touchstone: {} is not in the baseline{}", printable(path), session.policy.rule_for(path) ? "" : ", and not watched"));
        return kFailed;
    }
    return print(arguments.json ? as_json(**shown, baseline->info()) : as_text(**shown, baseline->info()), kSuccess);
}

int baseline_verify(const Session& session) {
    auto baseline = BaselineReader::open(session.config().baseline.path);
    if (!baseline) return fail_without_baseline(baseline.error(), session.config());
    if (auto whole = baseline->verify(); !whole) return fail_without_baseline(whole.error(), session.config());
    const BaselineInfo& info = baseline->info();
    return print(fmt::format("whole: {}\nbaseline {}\nbuilt {} by {} on {}\n", counted(info.objects, "object"), info.id, time_text(info.built_at),
                             printable(info.built_by), printable(info.host)),
                 kSuccess);
}

}  // namespace touchstone::cli
