#include <fmt/format.h>

#include <algorithm>

#include "event_kinds.hpp"
#include "process_json.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxFieldName = 44;  // after TOUCHSTONE_DETAIL_; the journal takes 64 in all

void add(std::vector<std::string>& fields, std::string_view name, std::string_view value) {
    std::string& field = fields.emplace_back();
    field.reserve(name.size() + 1 + value.size());
    field.append(name).append("=").append(value);
}

void add_unless_empty(std::vector<std::string>& fields, std::string_view name, std::string_view value) {
    if (!value.empty()) add(fields, name, value);
}

// Field names of the journal are capitals, digits and underscores.
std::string capitals(std::string_view name) {
    std::string out(name);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

// "mark /srv" is a detail too, and no name for a field.
std::string field_of(std::string_view name) {
    std::string out = capitals(name.substr(0, kMaxFieldName));
    std::ranges::replace_if(out, [](char c) { return !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')); }, '_');
    return out;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ",")); }

void add_evidence(std::vector<std::string>& fields, const std::vector<Evidence>& evidence) {
    std::string all, transaction;
    for (const auto& each : evidence) {
        all += fmt::format("{}{}: {}{}", all.empty() ? "" : "; ", each.provider, each.source, each.weak ? " (weak)" : "");
        if (transaction.empty()) transaction = each.transaction;
    }
    add_unless_empty(fields, "TOUCHSTONE_EVIDENCE", all);
    add_unless_empty(fields, "TOUCHSTONE_TRANSACTION", transaction);
}

void add_digests(std::vector<std::string>& fields, const Finding& finding, DigestAlgorithm algorithm) {
    const auto prefix = "TOUCHSTONE_" + capitals(field_name(algorithm));
    if (finding.before && !finding.before->digest.empty()) add(fields, prefix + "_BEFORE", to_hex(finding.before->digest));
    if (finding.after && !finding.after->digest.empty()) add(fields, prefix + "_AFTER", to_hex(finding.after->digest));
}

void add_diff(std::vector<std::string>& fields, const std::optional<TextDiff>& diff) {
    if (!diff) return;
    add_unless_empty(fields, "TOUCHSTONE_DIFF", diff->text);
    add_unless_empty(fields, "TOUCHSTONE_DIFF_WHY_NOT", diff->why_not);
    if (diff->omitted > 0) add(fields, "TOUCHSTONE_DIFF_LINES_OMITTED", std::to_string(diff->omitted));
}

void add_process(std::vector<std::string>& fields, const TouchedName& touch) {
    const Actor* actor = last_writer(touch);
    if (!actor) {
        add(fields, "TOUCHSTONE_ACTOR_UNKNOWN", actor_unknown(touch));
        return;
    }
    const Process& process = actor->process;
    add(fields, "TOUCHSTONE_PID", std::to_string(process.pid));
    add_unless_empty(fields, "TOUCHSTONE_EXE", process.executable);
    add_unless_empty(fields, "TOUCHSTONE_COMM", process.name);
    add(fields, "TOUCHSTONE_UID", std::to_string(process.uid));
    if (process.login_uid) add(fields, "TOUCHSTONE_LOGIN_UID", std::to_string(*process.login_uid));
    add_unless_empty(fields, "TOUCHSTONE_CONTAINER_ID", process.container_id);
}

void add_body(std::vector<std::string>& fields, const Finding& finding, const Event& event) {
    add(fields, "TOUCHSTONE_VERDICT", name_of(finding.verdict));
    add(fields, "TOUCHSTONE_PATH", finding.path);
    add_unless_empty(fields, "TOUCHSTONE_PREVIOUS_PATH", finding.previous_path);
    if (finding.rule) {
        add(fields, "TOUCHSTONE_RULE", finding.rule->path);
        add_unless_empty(fields, "TOUCHSTONE_TAGS", joined(finding.rule->tags));
    }
    std::vector<std::string> attributes;
    for (const auto& change : finding.changes) {
        if (attributes.size() == kMaxListed) break;
        attributes.push_back(change.attribute);
    }
    add_unless_empty(fields, "TOUCHSTONE_CHANGES", joined(attributes));
    add_digests(fields, finding, event.digest);
    add_diff(fields, finding.diff);
    add_unless_empty(fields, "TOUCHSTONE_REASON", finding.reason);
    add_evidence(fields, finding.evidence);
    add_process(fields, finding.touch);
}

void add_body(std::vector<std::string>& fields, const Gap& gap, const Event&) {
    add(fields, "TOUCHSTONE_SCOPE", gap.scope);
    add(fields, "TOUCHSTONE_REASON", gap.reason);
    if (gap.lost != 0) add(fields, "TOUCHSTONE_LOST", std::to_string(gap.lost));
}

// A report stands in the journal with all that it says: without a running watch that is the only place that it goes to.
void add_body(std::vector<std::string>& fields, const Notice& notice, const Event&) {
    add_unless_empty(fields, "TOUCHSTONE_PATH", notice.path);
    add_unless_empty(fields, "TOUCHSTONE_TAGS", joined(notice.tags));
    for (const auto& [name, value] : notice.details) add_unless_empty(fields, "TOUCHSTONE_DETAIL_" + field_of(name), value);
}

}  // namespace

std::vector<std::string> to_journal_fields(const Event& event, const std::string& id, const Host&) {
    const EventKind& kind = kind_of(event);
    std::vector<std::string> fields;
    fields.reserve(28);
    add(fields, "MESSAGE", to_message(event));
    add(fields, "MESSAGE_ID", kind.message_id);
    add(fields, "PRIORITY", std::to_string(priority_of(event)));
    add(fields, "SYSLOG_IDENTIFIER", "touchstone");
    add(fields, "TOUCHSTONE_EVENT_ID", id);
    add(fields, "TOUCHSTONE_SEQUENCE", std::to_string(event.sequence));
    add(fields, "TOUCHSTONE_DATASET", kind.dataset);
    add(fields, "TOUCHSTONE_ACTION", kind.action);
    add(fields, "TOUCHSTONE_SEVERITY", name_of(severity_of(event)));
    std::visit([&](const auto& body) { add_body(fields, body, event); }, event.body);
    return fields;
}

}  // namespace touchstone
