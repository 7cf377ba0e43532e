#include <nlohmann/json.hpp>

#include "comparison.hpp"
#include "json_text.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/event.hpp"

namespace touchstone::cli {
namespace {

nlohmann::json one(const Finding& finding) {
    nlohmann::json out{{"action", name_of(finding.action)},
                       {"verdict", name_of(finding.verdict)},
                       {"severity", name_of(finding.severity)},
                       {"changes", nlohmann::json::array()}};
    put_path(out, "path", finding.path);
    if (!finding.previous_path.empty()) put_path(out, "previous_path", finding.previous_path);
    const auto& seen = finding.after ? finding.after : finding.before;
    if (seen) out["type"] = name_of(seen->type);
    if (finding.rule) out["rule"] = escape_invalid_utf8(finding.rule->path);
    if (finding.rule) out["tags"] = finding.rule->tags;
    if (finding.unreadable) out["error"] = escape_invalid_utf8(reason_text(*finding.unreadable));
    if (seen && !seen->verity.empty()) out["verity"] = escape_invalid_utf8(seen->verity);
    if (finding.measured) out["measured"] = true;
    if (!finding.reason.empty()) out["reason"] = escape_invalid_utf8(finding.reason);
    for (const auto& each : finding.evidence)
        out["evidence"].push_back({{"provider", each.provider}, {"source", escape_invalid_utf8(each.source)}, {"signer", escape_invalid_utf8(each.signer)},
                                   {"reason", escape_invalid_utf8(each.reason)}, {"weak", each.weak}});
    for (const auto& change : finding.changes)
        out["changes"].push_back({{"attribute", escape_invalid_utf8(change.attribute)},
                                  {"before", escape_invalid_utf8(shown_value(change.before))},
                                  {"after", escape_invalid_utf8(shown_value(change.after))}});
    return out;
}

}  // namespace

std::string to_json(const Comparison& comparison, int exit, const std::string& summary) {
    nlohmann::json out{{"exit", exit}, {"differences", nlohmann::json::array()}};
    const Counts& counts = comparison.counts();
    out["summary"] = nlohmann::json::parse(summary);
    out["summary"]["appeared"] = counts.appeared;
    out["summary"]["vanished"] = counts.vanished;
    out["summary"]["changed"] = counts.changed;
    out["summary"]["unreadable"] = counts.unreadable;
    out["summary"]["settled"] = comparison.settled();
    out["summary"]["unlisted_directories"] = comparison.unlisted();
    for (const auto& [path, finding] : comparison.findings()) out["differences"].push_back(one(finding));
    return to_text(out);
}

}  // namespace touchstone::cli
