// A finding: a difference between an object and what was last reported of it, with its verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/object.hpp"
#include "touchstone/pending.hpp"
#include "touchstone/rule.hpp"
#include "touchstone/text_diff.hpp"
#include "touchstone/verdict.hpp"

namespace touchstone {

enum class Action { changed, appeared, vanished, renamed, reverted, touched, unreadable };

std::string_view name_of(Action action);

// Text forms, always strings of valid UTF-8 (DESIGN.md 5.3): mode "0644", numbers in decimal, rdev "8:1", digests in hex, link targets
// and xattr names with invalid bytes escaped, xattr values as text when they are printable UTF-8, else (and when empty) "0x" and hex.
// "" where the attribute was not there.
struct Change {
    std::string attribute;  // "type", "mode", "uid", "gid", "size", "sha256", "verity", "link_target", "link_count", "rdev", "project_id",
                            // "inode_flags", "xattr.NAME", "block.N" (profile log: first differing 1 MiB block;
                            // its digests, or the file's sizes when one side has no such block)
    std::string before;
    std::string after;
    bool operator==(const Change&) const = default;
};

struct Finding {
    Action action = Action::changed;
    Verdict verdict = Verdict::unexpected;
    std::vector<Evidence> evidence;        // what the verdict rests on; of an unexpected one, what speaks against it
    Severity severity = Severity::medium;
    std::string path;
    std::string previous_path;             // of `renamed`
    std::vector<std::string> other_paths;  // further watched names of the same object
    std::vector<std::string> via;          // temporary names that a save went through and that were never reported themselves
    std::optional<Attributes> before, after;
    std::optional<Unreadable> unreadable;  // of `unreadable`
    std::vector<Change> changes;
    std::optional<TextDiff> diff;  // where the content changed and the rule wants it
    bool measured = false;  // the digest is by fs-verity's measurement, not by reading (Observation)
    bool differs_from_baseline = true;
    bool transient = false;                       // came and went between two looks
    std::optional<std::uint64_t> descendants;     // of a renamed directory: known objects below it
    std::string reason;                           // "" or one phrase for the message: "replaced, but its old content is not in any sibling"
    RuleRef rule;
    TouchedName touch;                            // who and when
};

}  // namespace touchstone
