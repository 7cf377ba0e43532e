#include "event_kinds.hpp"
#include "finding_json.hpp"
#include "json_writer.hpp"
#include "process_json.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::string_view kEcsVersion = "8.11.0";
constexpr std::size_t kUsualLength = 3072;  // of a line; longer ones grow

std::string_view reason_of(const Event& event) {
    if (const auto* finding = std::get_if<Finding>(&event.body)) return finding->reason;
    if (const auto* gap = std::get_if<Gap>(&event.body)) return gap->reason;
    return "";
}

void write_head(JsonWriter& json, const Event& event, const std::string& id) {
    const EventKind& kind = kind_of(event);
    json.text("@timestamp", to_rfc3339(event.at));
    json.begin_object("ecs");
    json.text("version", kEcsVersion);
    json.end_object();
    json.begin_object("event");
    json.text("id", id);
    json.text("kind", ecs_kind(event));
    json.begin_array("category");
    json.item(kind.category);
    json.end_array();
    json.begin_array("type");
    json.item(kind.type);
    json.end_array();
    json.text("action", kind.action);
    json.number("sequence", event.sequence);
    json.number("severity", static_cast<int>(severity_of(event)));
    json.text("module", "touchstone");
    json.text("dataset", kind.dataset);
    json.text_unless_empty("outcome", kind.outcome);
    json.text_unless_empty("reason", reason_of(event));
    json.end_object();
    json.text("message", to_message(event));
}

void write_host(JsonWriter& json, const Host& host) {
    json.begin_object("host");
    json.text("name", host.name);
    json.text_unless_empty("id", host.id);
    json.end_object();
}

void write_rule(JsonWriter& json, const Rule& rule) {
    json.begin_object("rule");
    json.text("name", rule.path);
    json.end_object();
    if (!rule.tags.empty()) json.texts("tags", rule.tags);
}

void write_body(JsonWriter& json, const Finding& finding, const Event& event, const Host& host) {
    if (finding.unreadable) write_error(json, *finding.unreadable);
    write_file(json, finding, event);
    if (const auto* actor = last_writer(finding.touch)) write_process(json, *actor, event.names.user);
    write_host(json, host);
    if (finding.rule) write_rule(json, *finding.rule);
    write_touchstone(json, finding, event);
}

void write_body(JsonWriter& json, const Gap& gap, const Event&, const Host& host) {
    write_host(json, host);
    json.begin_object("touchstone");
    json.begin_object("gap");
    json.text("scope", gap.scope);
    json.text("reason", gap.reason);
    if (gap.lost != 0) json.number("lost", gap.lost);  // left out: nobody can know; never a guess
    write_path_hex(json, "scope_hex", gap.scope);
    json.end_object();
    json.end_object();
}

void write_body(JsonWriter& json, const Notice& notice, const Event&, const Host& host) {
    if (!notice.path.empty()) {
        json.begin_object("file");
        json.text("path", notice.path);
        json.end_object();
    }
    write_host(json, host);
    if (!notice.tags.empty()) json.texts("tags", notice.tags);
    json.begin_object("touchstone");
    json.begin_object("details");
    for (const auto& [name, value] : notice.details) json.text(name, value);
    json.end_object();
    write_path_hex(json, "path_hex", notice.path);
    json.end_object();
}

}  // namespace

std::string to_json(const Event& event, const std::string& id, const Host& host) {
    std::string line;
    line.reserve(kUsualLength);
    JsonWriter json(line);
    json.begin_object();
    write_head(json, event, id);
    std::visit([&](const auto& body) { write_body(json, body, event, host); }, event.body);
    json.end_object();
    return line;
}

}  // namespace touchstone
