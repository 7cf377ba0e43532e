#include <fmt/format.h>

#include "columns.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/log_text.hpp"

namespace touchstone::reader {
namespace {

std::string span_text(Nanoseconds span) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
    if (seconds < 10) return fmt::format("in {:.1f} s", std::chrono::duration<double>(span).count());
    if (seconds < 120) return fmt::format("in {} s", seconds);
    if (seconds < 7200) return fmt::format("in {} min", seconds / 60);
    return fmt::format("in {} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string counts(const Group& group) {
    std::string out;
    for (const auto& [action, count] : group.actions) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, printable(action));
    return out;
}

std::string doers(const Group& group) {
    std::string names;
    for (const auto& name : group.processes) names += (names.empty() ? "by " : ", ") + printable(name);
    if (names.empty()) return group.first.actor_unknown.empty() ? "" : "by whom is unknown: " + printable(group.first.actor_unknown);
    if (group.more_processes) names += " and others";
    return names + surroundings(group.first);
}

std::string transaction_text(const EntryTransaction& transaction) {
    const auto kind = transaction.kind.empty() ? std::string("transaction") : printable(transaction.kind);
    return kind + ": " + printable(transaction.description.empty() ? transaction.id : transaction.description);
}

}  // namespace

// A group of one is the entry itself.
std::string to_text(const Group& group, const TextForm& form) {
    TextForm one_line = form;
    one_line.verbose = false;
    if (group.count == 1 && !group.transaction) return to_text(group.first, one_line);
    std::string out = inked(time_column(group.begin, form), Ink::faint, form) + " " + mark_columns(group.first, group.severity, form) + " " + counts(group);
    const bool one = group.count == 1;
    out += one ? " " : " below ";
    out += inked(one ? printable(group.first.path) : group.directory.empty() ? "/" : printable(group.directory), Ink::bold, form);
    if (!one) out += "  " + span_text(group.end - group.begin);
    if (const auto text = doers(group); !text.empty()) out += "  " + inked(text, Ink::faint, form);
    if (group.transaction) out += "  (" + transaction_text(*group.transaction) + ")";
    return out + "\n";
}

}  // namespace touchstone::reader
