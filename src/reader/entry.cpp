#include <nlohmann/json.hpp>

#include "touchstone/bytes.hpp"
#include "touchstone/log_entry.hpp"
#include "touchstone/time_words.hpp"

namespace touchstone::reader {
namespace {

using nlohmann::json;

// Nothing of ours is nested deeper. A line that is nothing but brackets would take fifty times its size, so where that is much the depth is minded.
constexpr int kMaxDepth = 16;
constexpr std::size_t kLongLine = 64 << 10;

json parse(std::string_view line) {
    if (line.size() < kLongLine) return json::parse(line, nullptr, false);
    bool deep = false;
    auto parsed = json::parse(line, [&deep](int depth, json::parse_event_t, json&) {
        deep = deep || depth > kMaxDepth;
        return depth <= kMaxDepth;
    }, false);
    return deep ? json(json::value_t::discarded) : parsed;
}

const json& nothing() {
    static const json kNothing = json::object();
    return kNothing;
}

// The member, or an empty object: what is missing or of another type has no members and no text.
const json& at(const json& object, const char* key) {
    if (!object.is_object()) return nothing();
    const auto found = object.find(key);
    return found == object.end() ? nothing() : *found;
}

std::string text(const json& object, const char* key) {
    const json& value = at(object, key);
    return value.is_string() ? value.get_ref<const std::string&>() : std::string();
}

template <class Number>
std::optional<Number> number(const json& object, const char* key) {
    const json& value = at(object, key);
    return value.is_number_integer() ? std::optional(value.get<Number>()) : std::nullopt;
}

bool flag(const json& object, const char* key, bool otherwise) {
    const json& value = at(object, key);
    return value.is_boolean() ? value.get<bool>() : otherwise;
}

std::vector<std::string> texts(const json& object, const char* key) {
    std::vector<std::string> out;
    const json& list = at(object, key);
    if (!list.is_array()) return out;
    for (const json& each : list)
        if (each.is_string()) out.push_back(each.get_ref<const std::string&>());
    return out;
}

// The exact bytes, where they stand beside the text in hexadecimal.
std::string path_of(const json& text_in, const char* key, const json& hex_in, const char* hex_key) {
    auto bytes = from_hex(text(hex_in, hex_key));
    return bytes && !bytes->empty() ? std::move(*bytes) : text(text_in, key);
}

EntryProcess process_of(const json& object) {
    return {text(object, "entity_id"), text(object, "name"), text(object, "executable"), number<std::int64_t>(object, "pid"),
            text(at(object, "user"), "id"), text(at(object, "user"), "name"), text(object, "systemd_unit")};
}

void add_processes(std::vector<EntryProcess>& out, const json& list) {
    if (!list.is_array()) return;
    for (const json& each : list)
        if (each.is_object()) out.push_back(process_of(each));
}

void read_changes(Entry& entry, const json& own) {
    const json& changes = at(own, "changes");
    if (changes.is_array())
        for (const json& each : changes)
            if (each.is_object()) entry.changes.push_back({text(each, "attribute"), text(each, "before"), text(each, "after")});
    entry.changes_omitted = number<std::uint64_t>(own, "changes_omitted").value_or(0);
    const json& diff = at(own, "diff");
    if (!diff.empty()) entry.diff = {text(diff, "text"), text(diff, "why_not"), number<std::uint64_t>(diff, "lines_omitted").value_or(0)};
}

void read_actor(Entry& entry, const json& line, const json& own) {
    const json& process = at(line, "process");
    if (!process.empty()) {
        entry.process = process_of(process);
        entry.args = texts(process, "args");
        if (!at(process, "parent").empty()) entry.ancestors.push_back(process_of(at(process, "parent")));
    }
    add_processes(entry.ancestors, at(own, "ancestors"));
    add_processes(entry.actors, at(own, "actors"));
    entry.actors_complete = flag(own, "actors_complete", true);
    entry.actor_unknown = text(own, "actor_unknown");
    entry.login_uid = text(own, "login_uid");
    const json& around = at(own, "process");
    entry.audit_session = text(around, "audit_session");
    entry.tty = text(around, "tty");
    entry.systemd_unit = text(around, "systemd_unit");
    entry.container_id = text(at(line, "container"), "id");
}

std::string either(const json& object, const char* key, const char* other) {
    auto value = text(object, key);
    return value.empty() ? text(object, other) : value;
}

// Of a finding it is an object; a notice, whose details are all texts, may have it among those.
void read_transaction(Entry& entry, const json& own) {
    const json& object = at(own, "transaction");
    if (const auto id = text(object, "id"); !id.empty()) entry.transaction = {id, either(object, "kind", "provider"), text(object, "description")};
    const json& details = at(own, "details");
    if (const auto id = text(details, "transaction"); !entry.transaction && !id.empty())
        entry.transaction = {id, either(details, "kind", "provider"), text(details, "description")};
}

void read_evidence(Entry& entry, const json& own) {
    const json& evidence = at(own, "evidence");
    if (!evidence.is_array()) return;
    for (const json& each : evidence) {
        std::string words;
        for (const char* key : {"provider", "source", "signer", "reason"})
            if (const auto word = text(each, key); !word.empty()) words += (words.empty() ? "" : ", ") + word;
        if (!words.empty()) entry.evidence.push_back(words + (flag(each, "weak", false) ? " (weak)" : ""));
    }
}

void read_object(Entry& entry, const json& line, const json& own) {
    const json& file = at(line, "file");
    entry.path = path_of(file, "path", own, "path_hex");
    entry.previous_path = path_of(own, "previous_path", own, "previous_path_hex");
    entry.other_paths = texts(own, "other_paths");
    entry.type = text(file, "type");
    if (const json& hash = at(file, "hash"); hash.is_object())
        for (const auto& [name, value] : hash.items())
            if (value.is_string()) entry.digests.push_back({name, "", value.get_ref<const std::string&>()});
    entry.descendants = number<std::uint64_t>(own, "descendants");
    entry.transient = flag(own, "transient", false);
    entry.rule = text(at(line, "rule"), "name");
    entry.tags = texts(line, "tags");
}

void read_details(Entry& entry, const json& own) {
    const json& details = at(own, "details");
    if (!details.is_object()) return;
    for (const auto& [name, value] : details.items())
        if (value.is_string()) entry.details.emplace_back(name, value.get_ref<const std::string&>());
}

std::optional<Dataset> dataset_of(const std::string& name) {
    if (name == "touchstone.finding") return Dataset::finding;
    if (name == "touchstone.gap") return Dataset::gap;
    if (name == "touchstone.notice") return Dataset::notice;
    return std::nullopt;
}

}  // namespace

std::optional<Entry> parse_entry(std::string_view line) {
    const json parsed = parse(line);
    const json& event = at(parsed, "event");
    const auto dataset = dataset_of(text(event, "dataset"));
    const auto when = parse_rfc3339(text(parsed, "@timestamp"));
    Entry entry;
    entry.action = text(event, "action");
    if (!dataset || !when || entry.action.empty()) return std::nullopt;
    entry.dataset = *dataset;
    entry.at = *when;
    entry.id = text(event, "id");
    entry.severity = number<std::int64_t>(event, "severity").value_or(0);
    entry.message = text(parsed, "message");
    entry.reason = text(event, "reason");
    entry.error = text(at(parsed, "error"), "message");
    const json& own = at(parsed, "touchstone");
    entry.verdict = text(own, "verdict");
    read_object(entry, parsed, own);
    if (entry.dataset == Dataset::gap) entry.path = path_of(at(own, "gap"), "scope", at(own, "gap"), "scope_hex");
    read_changes(entry, own);
    read_actor(entry, parsed, own);
    read_transaction(entry, own);
    read_evidence(entry, own);
    read_details(entry, own);
    return entry;
}

}  // namespace touchstone::reader
