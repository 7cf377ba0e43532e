#include "session.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace touchstone::cli;

TEST_CASE("our own files are left out of surveys, and nothing else is") {
    Config config;
    config.baseline.path = "/var/lib/t/baseline.db";
    config.state.path = "/var/lib/t/state";
    config.json.path = "/var/log/t/events.jsonl";
    CHECK(is_own_file(config, "/var/lib/t/baseline.db"));
    CHECK(is_own_file(config, "/var/lib/t/baseline.db.new-1234"));
    CHECK(is_own_file(config, "/var/lib/t/state"));
    CHECK(is_own_file(config, "/var/lib/t/state/state.db-wal"));
    CHECK(is_own_file(config, "/var/log/t/events.jsonl"));
    CHECK_FALSE(is_own_file(config, "/var/lib/t/baseline.dbx"));
    CHECK_FALSE(is_own_file(config, "/var/lib/t/stateful"));
    CHECK_FALSE(is_own_file(config, "/var/log/t/other"));
    config.json.enabled = false;
    CHECK_FALSE(is_own_file(config, "/var/log/t/events.jsonl"));
}

TEST_CASE("a path that no watch holds or leads to is found out") {
    const Policy policy({Rule{"/etc/ssh", Profile::content, {}, Severity::low, {}}});
    CHECK(unwatched(policy, {"/etc/ssh/x", "/etc", "/"}).empty());
    CHECK(unwatched(policy, {"/etc/ssh", "/usr"}) == "/usr");
    CHECK(unwatched(policy, {"/etc/sshd"}) == "/etc/sshd");
}
