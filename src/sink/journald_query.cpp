#include "journald_query.hpp"

#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace touchstone {
namespace {

constexpr std::size_t kPortion = 250;
constexpr std::string_view kIdField = "TOUCHSTONE_EVENT_ID";
constexpr std::string_view kSequenceField = "TOUCHSTONE_SEQUENCE";

using Journal = std::unique_ptr<sd_journal, void (*)(sd_journal*)>;

Journal open_journal() {
    sd_journal* journal = nullptr;
    if (::sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY) < 0) journal = nullptr;
    return {journal, ::sd_journal_close};
}

std::string value_of(sd_journal* journal, std::string_view field) {
    const void* data = nullptr;
    std::size_t size = 0;
    if (::sd_journal_get_data(journal, std::string(field).c_str(), &data, &size) < 0 || size <= field.size()) return "";
    return std::string(static_cast<const char*>(data) + field.size() + 1, size - field.size() - 1);
}

// Matches of one field are alternatives. That of the user keeps others from claiming an event to be there.
bool ask_for(sd_journal* journal, std::span<const OutgoingEvent> events) {
    ::sd_journal_flush_matches(journal);
    const auto user = "_UID=" + std::to_string(::geteuid());
    if (::sd_journal_add_match(journal, user.c_str(), 0) < 0) return false;
    return std::ranges::all_of(events, [&](const OutgoingEvent& event) {
        const auto match = std::string(kIdField) + '=' + event.id;
        return ::sd_journal_add_match(journal, match.c_str(), 0) >= 0;
    });
}

// The same id with another sequence is an earlier event like it: the same object in the same two states once more.
std::set<std::uint64_t> found_of(sd_journal* journal, std::span<const OutgoingEvent> events) {
    std::set<std::uint64_t> found;
    if (!ask_for(journal, events)) return found;
    std::map<std::string, const OutgoingEvent*> by_sequence;
    for (const auto& event : events) by_sequence[std::to_string(event.sequence)] = &event;
    ::sd_journal_seek_head(journal);
    while (::sd_journal_next(journal) > 0) {
        const auto wanted = by_sequence.find(value_of(journal, kSequenceField));
        if (wanted != by_sequence.end() && wanted->second->id == value_of(journal, kIdField)) found.insert(wanted->second->sequence);
    }
    return found;
}

}  // namespace

std::set<std::uint64_t> sequences_in_journal(std::span<const OutgoingEvent> owed) {
    std::set<std::uint64_t> all;
    const Journal journal = open_journal();
    while (journal && !owed.empty()) {
        const auto portion = owed.first(std::min(kPortion, owed.size()));
        auto found = found_of(journal.get(), portion);
        if (found.empty()) break;
        all.merge(found);
        owed = owed.subspan(portion.size());
    }
    return all;
}

}  // namespace touchstone
