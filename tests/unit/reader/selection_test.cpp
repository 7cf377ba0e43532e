#include "entries.hpp"
#include "touchstone/log_selection.hpp"

using namespace touchstone::reader;
using namespace touchstone::reader::test;

namespace {

bool selects(const Selection& selection, const std::string& line) {
    const bool matches = selection.matches(entry(line));
    if (matches) CHECK(Sieve(selection).may_match(line));  // it must never drop what matches
    return matches;
}

bool path_selects(const char* path, const std::string& line) { return selects({.paths = {path}}, line); }
bool actor_selects(const char* actor, const std::string& line) { return selects({.actors = {actor}}, line); }

}  // namespace

TEST_CASE("a path holds itself and what is below it") {
    const auto line = golden("changed");  // /etc/passwd
    CHECK(path_selects("/etc/passwd", line));
    CHECK(path_selects("/etc", line));
    CHECK(path_selects("/", line));
    CHECK_FALSE(path_selects("/etc/pass", line));
    CHECK_FALSE(path_selects("/usr", line));
    CHECK(path_selects("/etc/p*", line));
    CHECK(path_selects("pass*", line));
    CHECK(path_selects("/**/passwd", line));
    CHECK_FALSE(path_selects("/*", line));
    CHECK(path_selects("/etc/\xc3\xa4\xff", golden("unreadable")));
    CHECK(path_selects("/etc/alt\n\xfe", golden("renamed-directory")));
}

TEST_CASE("a gap that may have swallowed a touch of the path belongs to it") {
    CHECK(path_selects("/etc/passwd", golden("gap")));
    CHECK(path_selects("/etc/passwd", golden("gap-everywhere")));
    CHECK_FALSE(path_selects("/usr", golden("gap")));
}

TEST_CASE("actors are found by any of their names") {
    const auto line = golden("changed");
    for (const char* actor : {"vim", "/usr/bin/vim.basic", "vim.basic", "4242", "root", "0", "1000", "00000000000000000000000000005242", "vi*", "/usr/**"}) CHECK(actor_selects(actor, line));
    for (const char* actor : {"vi", "bash", "42", "/usr/bin/vim", "*x"}) CHECK_FALSE(actor_selects(actor, line));
    CHECK(actor_selects("vim", golden("appeared-two-actors")));  // wrote before the last one
}

TEST_CASE("the other filters") {
    const auto line = golden("changed");
    CHECK(selects({.verdicts = {"expected", "unexpected"}}, line));
    CHECK_FALSE(selects({.verdicts = {"authorized"}}, line));
    CHECK_FALSE(selects({.verdicts = {"unexpected"}}, golden("gap")));
    CHECK(selects({.actions = {"changed"}}, line));
    CHECK_FALSE(selects({.actions = {"vanished"}}, line));
    CHECK(selects({.severity = 73}, line));
    CHECK_FALSE(selects({.severity = 99}, line));
    CHECK(selects({.datasets = {Dataset::gap}}, golden("gap")));
    CHECK_FALSE(selects({.datasets = {Dataset::gap}}, line));
    CHECK(selects({.ids = {"a316cc"}}, line));
    CHECK_FALSE(selects({.ids = {"b316cc"}}, line));
    CHECK_FALSE(selects({.paths = {"/etc"}, .actors = {"nobody"}}, line));
}

TEST_CASE("since is included, until is not") {
    const auto line = golden("changed");
    const auto at = entry(line).at;
    const auto tick = touchstone::Nanoseconds(1);
    CHECK(selects({.since = at}, line));
    CHECK_FALSE(selects({.since = at + tick}, line));
    CHECK(selects({.until = at + tick}, line));
    CHECK_FALSE(selects({.until = at}, line));
    CHECK_FALSE(Sieve({.since = at + tick}).may_match(line));
    CHECK_FALSE(Sieve({.until = at}).may_match(line));
}

TEST_CASE("the sieve lets pass what it does not know, and stops what cannot match") {
    const auto line = golden("changed");
    CHECK_FALSE(Sieve({.paths = {"/srv"}}).may_match(line));
    CHECK_FALSE(Sieve({.verdicts = {"authorized"}}).may_match(line));
    CHECK(Sieve({.paths = {"/\xff"}}).may_match(line));
    CHECK(Sieve({.since = second(0)}).may_match("{ \"@timestamp\": \"2026\"}"));
}
