// An entry: an event as a line of the JSON log has it (DESIGN.md 5.3), read back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/time.hpp"

namespace touchstone::reader {

enum class Dataset { finding, gap, notice };

struct EntryProcess {
    std::string entity_id, name, executable;
    std::optional<std::int64_t> pid;
    std::string user_id, user_name;
    std::string systemd_unit{};  // of Entry::actors
};

struct EntryChange {
    std::string attribute, before, after;
};

// What belongs together, as a source of truth says: an upgrade of packages, a deployment.
struct EntryTransaction {
    std::string id, kind, description;
};

struct EntryDiff {
    std::string text, why_not;
    std::uint64_t lines_omitted = 0;
};

// Strings hold whatever the log says, control characters too: nothing goes to a terminal but through printable(). "" where the log has nothing.
struct Entry {
    WallTime at{};
    Dataset dataset = Dataset::notice;
    std::string id, action, verdict, message, reason;
    std::string error;  // why it could not be looked at
    std::int64_t severity = 0;

    std::string path;  // the exact bytes; the scope of a gap
    std::string previous_path;
    std::vector<std::string> other_paths;
    std::string type;
    std::vector<EntryChange> changes;
    std::uint64_t changes_omitted = 0;
    std::optional<EntryDiff> diff;
    std::optional<std::uint64_t> descendants;
    bool transient = false;

    std::optional<EntryProcess> process;
    std::vector<std::string> args;
    std::vector<EntryProcess> ancestors;  // nearest first, the parent among them
    std::vector<EntryProcess> actors;
    bool actors_complete = true;
    std::string actor_unknown, login_uid, audit_session, tty, systemd_unit, container_id;

    std::string rule;
    std::vector<std::string> tags;
    std::vector<EntryChange> digests;  // attribute and after: what the object's content is now
    std::vector<std::pair<std::string, std::string>> details;  // of a notice
    std::vector<std::string> evidence;  // what the verdict rests on: provider, source, signer, reason
    std::optional<EntryTransaction> transaction;
};

// nullopt when the line is no event of ours: damaged, or somebody else's. Whatever is missing but time, dataset and action is left empty. Never throws.
std::optional<Entry> parse_entry(std::string_view line);

}  // namespace touchstone::reader
