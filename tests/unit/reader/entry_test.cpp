#include "entries.hpp"

using namespace touchstone::reader;
using namespace touchstone::reader::test;

TEST_CASE("a finding is read back") {
    const auto is = entry(golden("appeared-two-actors"));
    CHECK(is.action == "appeared");
    CHECK(is.verdict == "expected");
    CHECK(is.path == "/etc/new link");
    CHECK(is.severity == 73);
    REQUIRE(is.process);
    CHECK(is.process->name == "dpkg");
    CHECK(is.process->pid == 77);
    CHECK(is.process->user_name == "c-user");
    CHECK(is.actors.size() == 2);
    CHECK_FALSE(is.actors_complete);
    CHECK(is.audit_session == "3");
    CHECK(is.container_id.size() == 64);
    CHECK(touchstone::to_rfc3339(is.at) == "2026-01-31T12:00:00.123456789Z");
}

TEST_CASE("names that are not UTF-8 are read back exactly") {
    CHECK(entry(golden("unreadable")).path == "/etc/\xc3\xa4\xff");
    CHECK(entry(golden("renamed-directory")).previous_path == "/etc/alt\n\xfe");
}

TEST_CASE("a gap's path is its scope, a notice has details") {
    CHECK(entry(golden("gap")).path == "/etc");
    CHECK(entry(golden("gap-everywhere")).path.empty());
    CHECK(entry(golden("notice-watch-started")).details.size() == 2);
}

TEST_CASE("every golden event can be read") {
    for (const auto& file : std::filesystem::directory_iterator(std::string(TOUCHSTONE_SOURCE_DIR) + "/tests/golden"))
        if (file.path().extension() == ".json") CHECK(parse_entry(golden(file.path().stem())));
}

TEST_CASE("what is no event of ours is none, and breaks nothing") {
    const auto line = golden("changed");
    for (std::size_t length = 0; length < line.size(); length += 7) CHECK_FALSE(parse_entry(line.substr(0, length)));
    CHECK_FALSE(parse_entry("{}"));
    CHECK_FALSE(parse_entry("[1,2]"));
    CHECK_FALSE(parse_entry(R"({"@timestamp":7,"event":[],"touchstone":"x"})"));
    CHECK_FALSE(parse_entry(std::string(1 << 20, '[')));
    CHECK_FALSE(parse_entry(R"({"a":)" + std::string(100'000, '[')));
}

TEST_CASE("members of other types are as if they were not there") {
    const auto is = entry(R"({"@timestamp":"2026-01-31T12:00:00Z","event":{"dataset":"touchstone.finding","action":"changed","severity":"x"},)"
                          R"("file":7,"process":[1],"touchstone":{"changes":{"a":1},"actors":5,"transaction":"t","ancestors":[7]}})");
    CHECK(is.path.empty());
    CHECK(is.severity == 0);
    CHECK(is.changes.empty());
    CHECK_FALSE(is.transaction);
}

TEST_CASE("a transaction is read where there is one") {
    const auto is = entry(R"({"@timestamp":"2026-01-31T12:00:00Z","event":{"dataset":"touchstone.finding","action":"changed"},)"
                          R"("touchstone":{"transaction":{"id":"t1","kind":"dpkg","description":"upgrade of 50 packages"}}})");
    REQUIRE(is.transaction);
    CHECK(is.transaction->id == "t1");
    CHECK(is.transaction->description == "upgrade of 50 packages");
}

TEST_CASE("a transaction is read as findings and the notice of its end have it, and the evidence") {
    const auto is = entry(R"({"@timestamp":"2026-01-31T12:00:00Z","event":{"dataset":"touchstone.finding","action":"changed"},)"
                          R"("touchstone":{"transaction":{"id":"t1","provider":"dpkg"},"evidence":[{"provider":"dpkg","source":"bash 5.2","weak":true},7]}})");
    CHECK(is.transaction->kind == "dpkg");
    CHECK(is.evidence == std::vector<std::string>{"dpkg, bash 5.2 (weak)"});
    const auto end = entry(R"({"@timestamp":"2026-01-31T12:00:00Z","event":{"dataset":"touchstone.notice","action":"transaction-finished"},)"
                           R"("touchstone":{"details":{"transaction":"t1","provider":"dpkg","items":"bash"}}})");
    CHECK(end.transaction->id == "t1");
    CHECK(end.transaction->kind == "dpkg");
}
