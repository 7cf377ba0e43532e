// `touchstone approve list`: every approval that was ever taken in, and what became of it.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "approval_lines.hpp"
#include "clock.hpp"
#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/approval.hpp"
#include "touchstone/approval_store.hpp"
#include "touchstone/bytes.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

using Json = nlohmann::json;

struct Listed {
    StoredApproval stored;
    Result<SignedApproval> verified;
    std::map<std::string, ApprovalUse> uses;
    std::string state;
};

std::string state_of(const Listed& listed, const std::vector<ApproverKey>& keys, WallTime now) {
    if (!listed.verified) {
        const auto claimed = claimed_signer(listed.stored.file);
        const bool known = claimed && std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.id() == *claimed; });
        return claimed && !known ? "key withdrawn" : "damaged";
    }
    const auto& approval = listed.verified->approval;
    const auto all = approval.changes.size(), used = listed.uses.size();
    if (used >= all) return "used up";
    const auto part = used == 0 ? std::string() : fmt::format(", {} of {} used", used, all);
    if (now >= approval.expires) return "expired" + part;
    if (now + kClockTolerance < approval.not_before) return "not yet";
    return used == 0 ? "open" : fmt::format("partly used: {} of {}", used, all);
}

Result<std::vector<Listed>> list(const Config& config, const std::vector<ApproverKey>& keys) {
    std::vector<Listed> out;
    auto store = ApprovalStore::open(config.state.path);
    if (!store) return fail(store.error());
    if (!*store) return out;
    const auto read = (*store)->each([&](StoredApproval stored) {
        auto verified = verify_approval(stored.file, keys);
        out.push_back({std::move(stored), std::move(verified), {}, {}});
    });
    if (!read) return fail(read.error());
    for (auto& each : out) {
        auto uses = (*store)->uses_of(each.stored.id);
        if (!uses) return fail(uses.error());
        each.uses.insert(uses->begin(), uses->end());
        each.state = state_of(each, keys, wall_now());
    }
    return out;
}

std::string as_text(const Listed& listed) {
    std::string out = fmt::format("approval {}: {}\n", printable(listed.stored.id), listed.state);
    const auto line = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) out += fmt::format("  {:<9}  {}\n", name, printable(value));
    };
    if (listed.verified) {
        const auto& approval = listed.verified->approval;
        line("ticket", approval.ticket);
        line("note", approval.note);
        line("approver", approval.approver);
        line("from", to_utc_seconds(approval.not_before));
        line("until", to_utc_seconds(approval.expires));
    }
    const auto claimed = claimed_signer(listed.stored.file);
    line("key", listed.verified ? fmt::format("{} ({})", listed.verified->key_id, listed.verified->key_name) : claimed.value_or(""));
    line("taken in", fmt::format("{} by {}", time_text(listed.stored.submitted_at), listed.stored.submitted_by));
    if (!listed.verified) return out + fmt::format("  {}\n", printable(listed.verified.error().what));
    for (const auto& change : listed.verified->approval.changes) {
        const auto use = listed.uses.find(change.path);
        out += fmt::format("  {}: {}\n", printable(change.path), use == listed.uses.end() ? "open" : "used " + time_text(use->second.at));
    }
    return out;
}

Json as_json(const Listed& listed) {
    Json out{{"id", escape_invalid_utf8(listed.stored.id)}, {"state", listed.state}, {"submitted_at", to_rfc3339(listed.stored.submitted_at)},
             {"submitted_by", escape_invalid_utf8(listed.stored.submitted_by)}};
    const auto claimed = claimed_signer(listed.stored.file);
    out["key"] = listed.verified ? listed.verified->key_id : claimed.value_or("");
    if (!listed.verified) {
        out["reason"] = escape_invalid_utf8(listed.verified.error().what);
        return out;
    }
    const auto& approval = listed.verified->approval;
    out["key_name"] = escape_invalid_utf8(listed.verified->key_name);
    out["hosts"] = approval.hosts.empty() ? Json::array({"*"}) : Json(approval.hosts);
    for (const auto& [key, value] : {std::pair{"ticket", &approval.ticket}, {"note", &approval.note}, {"approver", &approval.approver}})
        out[key] = escape_invalid_utf8(*value);
    out["not_before"] = to_utc_seconds(approval.not_before);
    out["expires"] = to_utc_seconds(approval.expires);
    out["paths"] = Json::array();
    for (const auto& change : approval.changes) {
        Json each{{"before", escape_invalid_utf8(state_text(change.before))}, {"after", escape_invalid_utf8(state_text(change.after))}};
        put_path(each, "path", change.path);
        const auto use = listed.uses.find(change.path);
        each["used_at"] = use == listed.uses.end() ? Json(nullptr) : Json(to_rfc3339(use->second.at));
        out["paths"].push_back(std::move(each));
    }
    return out;
}

}  // namespace

int approve_list(const Session& session, const Arguments& arguments) {
    const auto keys = ApproverKey::load_all(session.config().providers.approvals.keys);
    if (!keys) {
        say(Error{"[approvals] keys: " + keys.error().what, keys.error().kind, keys.error().code});
        return kBadConfiguration;
    }
    const auto all = list(session.config(), *keys);
    if (!all) return fail_with(all.error());
    if (arguments.json) {
        Json out{{"approvals", Json::array()}};
        for (const auto& each : *all) out["approvals"].push_back(as_json(each));
        return print(to_text(out), kSuccess);
    }
    std::string out;
    for (const auto& each : *all) out += (out.empty() ? "" : "\n") + as_text(each);
    return print(out.empty() ? "no approval was ever taken in\n" : out, kSuccess);
}

}  // namespace touchstone::cli
