// An event: a finding, gap or notice on its way out. Formats are documented in touchstone-events(7) and tests/golden.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/finding.hpp"
#include "touchstone/touch.hpp"

namespace touchstone {

// Every notice's event.action. Each has a fixed journald MESSAGE_ID and a catalog entry.
enum class NoticeAction {
    watch_started,
    watch_stopped,
    config_reloaded,
    config_rejected,   // bad reload: the old configuration stays
    baseline_loaded,   // another baseline is in force
    baseline_missing,  // none, or unreadable: everything is held against what was last reported
    state_recovered,   // the state was damaged and begun anew
    output_failed,
    output_recovered,
    mount_changed,
    fallback,          // a cheaper or weaker way of watching is in use, and what is not seen therefore
    sweep_finished,
    sweep_failed,
    heartbeat,
    tamper,
    verdict_amended,
    transaction_finished,  // an upgrade or the like is over: what it changed, summed up
    provider_failed,       // a source of truth cannot be read: it authorizes nothing
    provider_recovered,
    approval_submitted,  // taken in on this host
    approval_refused,    // handed in, and authorizes nothing
    package_refused,     // so is this: an archive, or the list that should speak for it
};
inline constexpr auto kLastNotice = NoticeAction::package_refused;
std::string_view name_of(NoticeAction action);  // "watch-started"

struct Notice {
    NoticeAction action = NoticeAction::heartbeat;
    std::string text;                            // one sentence
    std::string path;                            // when it is about one
    Severity severity = Severity::low;
    std::map<std::string, std::string> details;  // under touchstone.details, values are strings
    std::vector<std::string> tags{};             // of a report: what it serves
};

// Who the host is; read once at start.
struct Host {
    std::string name;
    std::string id;      // machine-id(5)
    std::string boot_id;
    std::string version; // of touchstone
};

// Names of users and groups for file.owner, file.group, user.name; "" when unknown. Looked up by runtime (NSS may block).
struct Names {
    std::string owner, group, user;
};

struct Event {
    std::variant<Finding, Gap, Notice> body;
    std::uint64_t sequence = 0;
    WallTime at{};       // @timestamp: of the last touch of a finding, else of the event itself
    WallTime reported{}; // now; latency_us = reported - at, for findings by events
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    Names names;
};

// 32 hex digits. Of a finding it is a function of host, path, action and what the object was and is (identity, ctime, size, digest, and the
// changes, for ctime stands still within a clock tick), so that a finding made again after a power loss carries the same id (DESIGN.md 5.3).
// Of a transient, gap or notice: also of boot, time and sequence. The same object in the same two states once more (mounted over, and
// back) has the same id, and another sequence.
std::string event_id(const Event& event, const Host& host);

// One line, no newline, valid UTF-8 whatever the names hold; schema: docs/event.schema.json.
std::string to_json(const Event& event, const std::string& id, const Host& host);

// "KEY=value" fields for journald: MESSAGE, MESSAGE_ID, PRIORITY, SYSLOG_IDENTIFIER=touchstone, TOUCHSTONE_EVENT_ID,
// TOUCHSTONE_DATASET, TOUCHSTONE_ACTION, TOUCHSTONE_VERDICT, TOUCHSTONE_SEVERITY, TOUCHSTONE_PATH (raw bytes),
// TOUCHSTONE_PREVIOUS_PATH, TOUCHSTONE_RULE, TOUCHSTONE_TAGS, TOUCHSTONE_CHANGES (attribute names), TOUCHSTONE_PID, TOUCHSTONE_EXE,
// TOUCHSTONE_COMM, TOUCHSTONE_UID, TOUCHSTONE_LOGIN_UID, TOUCHSTONE_SEQUENCE, TOUCHSTONE_SHA256_BEFORE/_AFTER (by digest name).
std::vector<std::string> to_journal_fields(const Event& event, const std::string& id, const Host& host);

// A value of a change as it is printed: whole up to kMaxShownValue bytes, else its beginning, and "... (N bytes, sha256:HEX)" of what it stands
// for, hex decoded. So no two values read the same.
inline constexpr std::size_t kMaxShownValue = 1024;
inline constexpr std::size_t kMaxListed = 256;  // changes of one finding; the JSON event counts the rest
std::string shown_value(const std::string& text);

// The sentence in `message`: "/etc/passwd changed: sha256, size; by vim (pid 4242), user root".
std::string to_message(const Event& event);

}  // namespace touchstone
