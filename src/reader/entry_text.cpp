#include <fmt/format.h>

#include <algorithm>

#include "columns.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/log_text.hpp"

namespace touchstone::reader {
namespace {

constexpr std::size_t kShownChanges = 8;  // in one line
constexpr std::size_t kShortValue = 32;   // longer values are not shown in one line

bool is_digest(const std::string& attribute) { return attribute.starts_with("sha") || attribute.starts_with("block."); }

std::string shown(const std::string& value) { return value.empty() ? "none" : printable(value); }

std::string change_text(const EntryChange& change) {
    const bool long_value = std::max(change.before.size(), change.after.size()) > kShortValue;
    if (is_digest(change.attribute) || long_value) return printable(change.attribute);
    return fmt::format("{} {}->{}", printable(change.attribute), shown(change.before), shown(change.after));
}

std::string list(const std::vector<std::string>& parts, std::string_view between) {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : std::string(between)) + part;
    return out;
}

std::string changes_in_short(const Entry& entry) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < entry.changes.size() && i < kShownChanges; ++i) parts.push_back(change_text(entry.changes[i]));
    const auto more = entry.changes.size() - parts.size() + entry.changes_omitted;
    if (more > 0) parts.push_back(fmt::format("{} more", more));
    return list(parts, ", ");
}

std::string what(const Entry& entry) {
    std::vector<std::string> parts;
    if (!entry.previous_path.empty()) parts.push_back("from " + printable(entry.previous_path));
    if (entry.descendants) parts.push_back(fmt::format("with {} objects below it", *entry.descendants));
    if (entry.transient) parts.push_back("came and went");
    if (entry.action == "reverted") parts.push_back("as in the baseline again");
    if (!entry.error.empty()) parts.push_back(printable(entry.error));
    if (auto changes = changes_in_short(entry); !changes.empty()) parts.push_back(std::move(changes));
    for (std::size_t i = 0; i < entry.other_paths.size() && i < 3; ++i) parts.push_back("also " + printable(entry.other_paths[i]));
    if (entry.other_paths.size() > 3) parts.push_back(fmt::format("and {} more names", entry.other_paths.size() - 3));
    return list(parts, ", ");
}

std::string process_text(const EntryProcess& process) {
    const auto name = process.name.empty() ? std::string("?") : printable(process.name);
    return process.pid ? fmt::format("{}({})", name, *process.pid) : name;
}

std::string who(const Entry& entry) {
    if (entry.process) return "by " + process_text(*entry.process) + surroundings(entry);
    return entry.actor_unknown.empty() ? "" : "by whom is unknown: " + printable(entry.actor_unknown);
}

std::string line_of(const Entry& entry, const TextForm& form) {
    std::string out = inked(time_column(entry.at, form), Ink::faint, form) + " " + mark_columns(entry, entry.severity, form);
    if (entry.dataset != Dataset::finding) {
        out += " ";
        if (entry.dataset == Dataset::notice) out += padded(printable(entry.action), 10) + "  ";
        return out + printable(entry.message.empty() ? entry.reason : entry.message) + "\n";
    }
    out += " " + padded(printable(entry.action), 10) + " " + inked(printable(entry.path), Ink::bold, form);
    if (entry.type == "dir" && !entry.path.ends_with('/')) out += "/";
    if (const auto text = what(entry); !text.empty()) out += "  " + text;
    if (const auto text = who(entry); !text.empty()) out += "  " + inked(text, Ink::faint, form);
    return out + "\n";
}

// ---- several lines ----

class Fields {
public:
    explicit Fields(const TextForm& form) : form_(form) {}

    void add(std::string_view name, const std::string& value) {
        if (!value.empty()) out_ += fmt::format("    {} {}\n", inked(padded(printable(name), 12), Ink::faint, form_), value);
    }

    std::string take() { return std::move(out_); }

private:
    const TextForm& form_;
    std::string out_;
};

void add_change(Fields& fields, const EntryChange& change) {
    const auto before = shown(change.before), after = shown(change.after);
    if (before.size() + after.size() <= 80) return fields.add(change.attribute, before + " -> " + after);
    fields.add(change.attribute, "   " + before);
    fields.add("", "-> " + after);
}

void add_whereabouts(Fields& fields, const Entry& entry) {
    if (!entry.process) return fields.add("by", entry.actor_unknown.empty() ? "" : "unknown: " + printable(entry.actor_unknown));
    fields.add("by", process_text(*entry.process) + (entry.process->executable.empty() ? "" : " " + printable(entry.process->executable)) + surroundings(entry));
    std::vector<std::string> words;
    for (const auto& word : entry.args) words.push_back(printable(word));
    fields.add("command", list(words, " "));
    std::vector<std::string> parents;
    for (const auto& parent : entry.ancestors) parents.push_back(process_text(parent));
    fields.add("child of", list(parents, ", of "));
    fields.add("session", printable(entry.audit_session) + (entry.tty.empty() ? "" : (entry.audit_session.empty() ? "on " : ", on ") + printable(entry.tty)));
    fields.add("unit", printable(entry.systemd_unit));
    fields.add("container", printable(entry.container_id));
    std::vector<std::string> writers;
    for (const auto& actor : entry.actors) writers.push_back(process_text(actor));
    if (!entry.actors_complete) writers.push_back("others may have");
    if (writers.size() > 1) fields.add("writers", list(writers, ", "));
}

std::string fields_of(const Entry& entry, const TextForm& form) {
    Fields fields(form);
    for (const auto& change : entry.changes) add_change(fields, change);
    if (entry.changes_omitted > 0) fields.add("", fmt::format("{} more changes", entry.changes_omitted));
    if (std::ranges::none_of(entry.changes, [](const auto& change) { return is_digest(change.attribute); }))
        for (const auto& digest : entry.digests) fields.add(digest.attribute, printable(digest.after));
    for (const auto& path : entry.other_paths) fields.add("also", printable(path));
    add_whereabouts(fields, entry);
    if (entry.dataset == Dataset::finding) fields.add("reason", printable(entry.reason));
    for (const auto& evidence : entry.evidence) fields.add("evidence", printable(evidence));
    if (entry.transaction)
        fields.add("transaction", printable(entry.transaction->id) + " " + printable(entry.transaction->kind) + " " + printable(entry.transaction->description));
    std::vector<std::string> tags;
    for (const auto& tag : entry.tags) tags.push_back(printable(tag));
    fields.add("rule", printable(entry.rule));
    fields.add("tags", list(tags, ", "));
    for (const auto& [name, value] : entry.details) fields.add(name, printable(value));
    fields.add("id", printable(entry.id));
    return fields.take();
}

// ---- the difference in the text ----

Ink ink_of(std::string_view line) {
    if (line.starts_with("---") || line.starts_with("+++")) return Ink::bold;
    if (line.starts_with("@@")) return Ink::cyan;
    return line.starts_with('+') ? Ink::green : line.starts_with('-') ? Ink::red : Ink::plain;
}

std::string diff_of(const Entry& entry, const TextForm& form) {
    std::string out;
    const auto add = [&](std::string_view line, Ink ink) { out += "    " + inked(printable(line), ink, form) + "\n"; };
    std::string_view rest = entry.diff->text;
    for (int number = 0; !rest.empty(); ++number) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        add(line, number >= 2 && (line.starts_with("---") || line.starts_with("+++")) ? ink_of(line.substr(0, 1)) : ink_of(line));
    }
    if (entry.diff->lines_omitted > 0) add(fmt::format("({} more lines of the difference)", entry.diff->lines_omitted), Ink::faint);
    if (!entry.diff->why_not.empty() && form.verbose) add("no difference is shown: " + entry.diff->why_not, Ink::faint);
    return out;
}

}  // namespace

std::string to_text(const Entry& entry, const TextForm& form) {
    auto out = line_of(entry, form);
    if (form.verbose) out += fields_of(entry, form);
    return entry.diff ? out + diff_of(entry, form) : out;
}

}  // namespace touchstone::reader
