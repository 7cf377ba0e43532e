// Any bytes as the event log that `touchstone events` and `suggest` read: forwards and backwards the same lines, and nothing of them moves a terminal's cursor.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "touchstone/log_files.hpp"
#include "touchstone/log_groups.hpp"
#include "touchstone/log_selection.hpp"
#include "touchstone/log_text.hpp"
#include "touchstone/suggestions.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace touchstone;
using namespace touchstone::reader;

void require(bool promise) {
    if (!promise) std::abort();
}

Fd in_memory(const std::uint8_t* data, std::size_t size) {
    Fd file(::memfd_create("log", MFD_CLOEXEC));
    require(file && ::write(file.get(), data, size) == static_cast<ssize_t>(size) && ::lseek(file.get(), 0, SEEK_SET) == 0);
    return file;
}

std::vector<std::string> lines_of(const Fd& log, std::size_t size) {
    std::vector<std::string> lines, backwards;
    LineFaults faults, faults_backwards;
    const auto into = [](auto& list) { return [&list](std::string_view line) { return list.emplace_back(line), true; }; };
    const bool compressed = is_compressed(log.get());
    const auto read = read_lines(log.get(), "log", faults, into(lines));
    if (compressed) return lines;
    require(read && read_lines_backwards(log.get(), size, "log", faults_backwards, into(backwards)));
    std::reverse(backwards.begin(), backwards.end());
    require(lines == backwards && faults.unfinished == faults_backwards.unfinished);
    return lines;
}

bool is_quiet(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

void show(const Entry& entry) {
    for (const bool verbose : {false, true}) {
        const auto text = to_text(entry, {.utc = true, .verbose = verbose});
        require(is_quiet(text) && text.ends_with('\n'));
    }
}

void select(const Entry& entry) {
    Selection selection;
    selection.since = entry.at;
    selection.actions = {entry.action};
    selection.datasets = {entry.dataset};
    require(selection.matches(entry));
    selection.until = entry.at;
    require(!selection.matches(entry));
}

void group(const std::vector<Entry>& entries) {
    std::uint64_t given_out = 0;
    Groups groups({.held = 4}, [&](const Group& group) {
        given_out += group.count;
        require(is_quiet(to_text(group, {.utc = true})));
    });
    WallTime now{};
    for (const auto& entry : entries) groups.add(entry, now = std::max(now, entry.at));
    groups.finish();
    const auto ends = std::count_if(entries.begin(), entries.end(), [](const Entry& entry) { return entry.action == "transaction-finished"; });
    require(given_out <= entries.size() && given_out + static_cast<std::uint64_t>(ends) >= entries.size());  // the end of one is part of its group
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto log = in_memory(data, size);
    std::vector<Entry> entries;
    Suggestions suggestions;
    for (const auto& line : lines_of(log, size)) {
        auto entry = parse_entry(line);
        if (!entry) continue;
        show(*entry);
        select(*entry);
        suggestions.add(*entry);
        entries.push_back(std::move(*entry));
    }
    group(entries);
    for (const auto& each : suggestions.most_frequent(1)) require(each.count > 0);
    return 0;
}
