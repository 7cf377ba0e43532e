#include "finding_json.hpp"

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstring>

#include "process_json.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

// Longer values of recorded xattrs are left out, and their length says so: a user's attributes cannot fill the log.
constexpr std::size_t kMaxXattrValue = 4096;
constexpr std::size_t kMaxXattrValues = 64 << 10;  // of all together

std::string device_text(std::uint64_t device) { return fmt::format("{}:{}", gnu_dev_major(device), gnu_dev_minor(device)); }

std::string value_text(const std::string& value) {
    const bool printable_text = !value.empty() && is_utf8(value) && printable(value) == value;
    return printable_text ? value : "0x" + to_hex(value);
}

void write_hexes(JsonWriter& json, std::string_view key, const std::vector<std::string>& paths) {
    if (std::ranges::all_of(paths, is_utf8)) return;
    json.begin_array(key);
    for (const auto& path : paths) json.item(to_hex(path));
    json.end_array();
}

void write_xattrs(JsonWriter& json, const std::map<std::string, std::string>& xattrs) {
    if (xattrs.empty()) return;
    // A list, not an object: whoever may set attributes would otherwise make up field names in the reader's index.
    json.begin_array("xattrs");
    std::size_t room = kMaxXattrValues;
    std::size_t listed = 0;
    for (const auto& [name, value] : xattrs) {
        if (listed++ == kMaxListed) break;
        json.begin_object();
        json.text("name", name);
        if (value.size() <= std::min(kMaxXattrValue, room)) {
            json.text("value", value_text(value));
            room -= value.size();
        } else {
            json.number("omitted_bytes", value.size());
        }
        json.end_object();
    }
    json.end_array();
    if (xattrs.size() > kMaxListed) json.number("xattrs_omitted", xattrs.size() - kMaxListed);
}

void write_object(JsonWriter& json, const Attributes& attributes, bool measured) {
    json.begin_object("object");
    json.number("link_count", attributes.link_count);
    if (attributes.type == FileType::block_device || attributes.type == FileType::character_device)
        json.text("rdev", device_text(attributes.rdev));
    if (attributes.project_id != 0) json.number("project_id", attributes.project_id);
    if (attributes.inode_flags != 0) json.number("inode_flags", attributes.inode_flags);
    json.text_unless_empty("verity", attributes.verity);
    if (measured) json.flag("measured", true);
    write_xattrs(json, attributes.xattrs);
    json.end_object();
}

void write_attributes(JsonWriter& json, const Attributes& attributes, const Event& event) {
    json.text_unless_empty("target_path", attributes.link_target);
    json.text("type", name_of(attributes.type));
    json.number_as_text("inode", attributes.id.inode);
    json.text("device", device_text(attributes.id.device));
    json.text("mode", fmt::format("{:04o}", attributes.mode));
    json.number_as_text("uid", attributes.uid);
    json.number_as_text("gid", attributes.gid);
    json.text_unless_empty("owner", event.names.owner);
    json.text_unless_empty("group", event.names.group);
    json.number("size", attributes.size);
    json.text("mtime", to_rfc3339(attributes.mtime));
    json.text("ctime", to_rfc3339(attributes.ctime));
    if (attributes.digest.empty()) return;
    json.begin_object("hash");
    json.text(field_name(event.digest), to_hex(attributes.digest));
    json.end_object();
}

void write_changes(JsonWriter& json, const std::vector<Change>& changes) {
    json.begin_array("changes");
    std::size_t listed = 0;
    for (const auto& change : changes) {
        if (listed++ == kMaxListed) break;
        json.begin_object();
        json.text("attribute", change.attribute);
        json.text("before", shown_value(change.before));
        json.text("after", shown_value(change.after));
        json.end_object();
    }
    json.end_array();
    if (changes.size() > kMaxListed) json.number("changes_omitted", changes.size() - kMaxListed);
}

void write_diff(JsonWriter& json, const std::optional<TextDiff>& diff) {
    if (!diff) return;
    json.begin_object("diff");
    if (diff->why_not.empty()) {
        json.text("text", diff->text);
        json.number("added", diff->added);
        json.number("removed", diff->removed);
        if (diff->omitted > 0) json.number("lines_omitted", diff->omitted);
    } else {
        json.text("why_not", diff->why_not);
    }
    json.end_object();
}

void write_evidence(JsonWriter& json, const std::vector<Evidence>& evidence) {
    if (evidence.empty()) return;
    json.begin_array("evidence");
    for (const auto& each : evidence) {
        json.begin_object();
        json.text("provider", each.provider);
        json.text("source", each.source);
        json.text_unless_empty("signer", each.signer);
        json.text_unless_empty("reason", each.reason);
        if (each.weak) json.flag("weak", true);
        json.end_object();
    }
    json.end_array();
    const auto part = std::ranges::find_if(evidence, [](const Evidence& each) { return !each.transaction.empty(); });
    if (part == evidence.end()) return;
    json.begin_object("transaction");
    json.text("id", part->transaction);
    json.text("provider", part->provider);
    json.end_object();
}

// A finding by a sweep alone has no moment of its change to count from.
void write_latency(JsonWriter& json, const Finding& finding, const Event& event) {
    if ((finding.touch.acts & ~bit(Act::look)) == 0) return;
    const auto latency = std::max(event.reported - event.at, Nanoseconds{0});
    json.number("latency_us", std::chrono::duration_cast<std::chrono::microseconds>(latency).count());
    json.text("latency_from", "receipt");
}

void write_other_names(JsonWriter& json, const Finding& finding) {
    json.text_unless_empty("previous_path", finding.previous_path);
    if (!finding.other_paths.empty()) json.texts("other_paths", finding.other_paths);
    if (!finding.via.empty()) json.texts("via", finding.via);
}

void write_hex_names(JsonWriter& json, const Finding& finding) {
    write_path_hex(json, "path_hex", finding.path);
    if (const auto* attributes = shown(finding)) write_path_hex(json, "target_path_hex", attributes->link_target);
    write_path_hex(json, "previous_path_hex", finding.previous_path);
    write_hexes(json, "other_paths_hex", finding.other_paths);
    write_hexes(json, "via_hex", finding.via);
}

void write_window(JsonWriter& json, const TouchedName& touch) {
    if (touch.unwatched_since == WallTime{}) return;
    json.begin_object("window");
    json.text("from", to_rfc3339(touch.unwatched_since));
    json.text("to", to_rfc3339(touch.last));
    json.end_object();
}

}  // namespace

const Attributes* shown(const Finding& finding) {
    if (finding.after) return &*finding.after;
    if (finding.unreadable && finding.unreadable->seen) return &*finding.unreadable->seen;
    return finding.before ? &*finding.before : nullptr;
}

void write_path_hex(JsonWriter& json, std::string_view key, std::string_view path) {
    if (!is_utf8(path)) json.text(key, to_hex(path));
}

void write_file(JsonWriter& json, const Finding& finding, const Event& event) {
    json.begin_object("file");
    json.text("path", finding.path);
    if (const auto* attributes = shown(finding)) write_attributes(json, *attributes, event);
    json.end_object();
}

void write_error(JsonWriter& json, const Unreadable& unreadable) {
    const char* code = ::strerrorname_np(unreadable.error);
    const char* description = ::strerrordesc_np(unreadable.error);
    json.begin_object("error");
    json.text("code", code ? code : std::to_string(unreadable.error));
    json.text("message", fmt::format("{}: {}", unreadable.attempted, description ? description : "unknown error"));
    json.end_object();
}

void write_touchstone(JsonWriter& json, const Finding& finding, const Event& event) {
    json.begin_object("touchstone");
    json.text("verdict", name_of(finding.verdict));
    write_evidence(json, finding.evidence);
    json.flag("differs_from_baseline", finding.differs_from_baseline);
    write_changes(json, finding.changes);
    write_diff(json, finding.diff);
    write_actors(json, finding.touch);
    write_latency(json, finding, event);
    if (finding.rule) json.text("profile", name_of(finding.rule->profile));
    write_other_names(json, finding);
    if (finding.transient) json.flag("transient", true);
    if (finding.descendants) json.number("descendants", *finding.descendants);
    write_window(json, finding.touch);
    if (const auto* attributes = shown(finding)) write_object(json, *attributes, finding.measured);
    write_hex_names(json, finding);
    json.end_object();
}

}  // namespace touchstone
