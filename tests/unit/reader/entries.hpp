// Entries as the log has them.
#pragma once

#include <catch2/catch.hpp>

#include "support/scratch_directory.hpp"
#include "touchstone/log_entry.hpp"

namespace touchstone::reader::test {

// The first line of a golden file: what touchstone writes.
inline std::string golden(const std::string& name) {
    auto line = touchstone::test::content_of(std::string(TOUCHSTONE_SOURCE_DIR) + "/tests/golden/" + name + ".json");
    line.resize(line.find_last_not_of('\n') + 1);
    return line;
}

inline Entry entry(const std::string& line) {
    auto parsed = parse_entry(line);
    REQUIRE(parsed);
    return std::move(*parsed);
}

inline WallTime second(int count) { return WallTime(std::chrono::seconds(1'800'000'000 + count)); }

inline Entry finding(int at, const std::string& path, const std::string& session = "3", const std::string& verdict = "unexpected") {
    Entry out;
    out.at = second(at);
    out.dataset = Dataset::finding;
    out.action = "changed";
    out.verdict = verdict;
    out.path = path;
    out.severity = 73;
    out.process = EntryProcess{"e" + session, "sed", "/usr/bin/sed", 42, "0", "root"};
    out.audit_session = session;
    return out;
}

}  // namespace touchstone::reader::test
