#include "touchstone/suggestions.hpp"

#include "entries.hpp"

using namespace touchstone::reader;
using touchstone::reader::test::finding;

namespace {

Entry by_unit(const std::string& path, const std::string& action = "changed", std::vector<EntryChange> changes = {{"sha256", "a", "b"}, {"size", "1", "2"}}) {
    auto entry = finding(1, path, "");
    entry.action = action;
    entry.changes = std::move(changes);
    entry.process->executable = "/usr/sbin/dhclient";
    entry.systemd_unit = "networking.service";
    entry.actors = {*entry.process};
    return entry;
}

std::string told(const Suggestions& suggestions, std::uint64_t often = 2) {
    std::string text;
    for (const auto& each : suggestions.most_frequent(often)) {
        text += (text.empty() ? "" : "; ") + each.path + " " + std::to_string(each.count) + " " + each.unit;
        for (const auto& attribute : each.attributes) text += " " + attribute;
    }
    return text;
}

}  // namespace

TEST_CASE("what one program of a unit does again and again is suggested") {
    Suggestions suggestions;
    for (int i = 0; i < 3; ++i) suggestions.add(by_unit("/etc/resolv.conf"));
    suggestions.add(by_unit("/etc/hosts"));
    CHECK(told(suggestions) == "/etc/resolv.conf 3 networking.service content");
}

TEST_CASE("what was seen once to appear may appear again: nothing limits the attributes") {
    Suggestions suggestions;
    suggestions.add(by_unit("/etc/x"));
    suggestions.add(by_unit("/etc/x", "vanished", {}));
    suggestions.add(by_unit("/etc/x"));
    CHECK(told(suggestions) == "/etc/x 3 networking.service");
}

TEST_CASE("names that differ in numbers, and many names of a directory, are one pattern") {
    Suggestions suggestions;
    suggestions.add(by_unit("/etc/app/cert-20260131.pem", "appeared", {}));
    suggestions.add(by_unit("/etc/app/cert-20260228.pem", "appeared", {}));
    CHECK(told(suggestions) == "/etc/app/cert-*.pem 2 networking.service");
    for (const char* name : {"a", "b", "c", "d"}) suggestions.add(by_unit(std::string("/etc/many/") + name));
    CHECK(told(suggestions, 3) == "/etc/many/* 4 networking.service content");
    CHECK(pattern_of("/d1/a[1]*") == "/d1/a\\[*]\\*");
}

TEST_CASE("of several programs that one unit runs each gets a rule") {
    Suggestions suggestions;
    auto two = by_unit("/etc/passwd");
    two.actors.insert(two.actors.begin(), {"e9", "useradd", "/usr/sbin/useradd", 7, "0", "", "networking.service"});
    two.actors.push_back(two.actors.front());
    for (int i = 0; i < 2; ++i) suggestions.add(two);
    CHECK(suggestions.considered() == 2);
    const auto all = suggestions.most_frequent(2);
    REQUIRE(all.size() == 2);
    CHECK(all[0].executable == "/usr/sbin/dhclient");
    CHECK(all[1].executable == "/usr/sbin/useradd");
    CHECK(told(suggestions) == "/etc/passwd 2 networking.service content; /etc/passwd 2 networking.service content");
    two.actors.front().systemd_unit = "session-3.scope";
    suggestions.add(two);
    CHECK(suggestions.considered() == 2);
}

TEST_CASE("hands, unknown writers and what is critical are never suggested") {
    Suggestions suggestions;
    auto logged_in = by_unit("/etc/a");
    logged_in.login_uid = "1000";
    auto at_terminal = by_unit("/etc/a");
    at_terminal.tty = "pts0";
    auto session = by_unit("/etc/a");
    session.systemd_unit = "session-3.scope";
    auto hidden = by_unit("/etc/a");
    hidden.actors_complete = false;
    auto two = by_unit("/etc/a");
    two.actors.push_back({"e9", "bash", "/bin/bash", 7, "0", "root"});
    auto unknown = by_unit("/etc/a");
    unknown.process.reset();
    auto critical = by_unit("/etc/a");
    critical.severity = 99;
    auto settled = by_unit("/etc/a");
    settled.verdict = "expected";
    for (const auto& each : {logged_in, at_terminal, session, hidden, two, unknown, critical, settled}) {
        suggestions.add(each);
        suggestions.add(each);
    }
    CHECK(suggestions.considered() == 0);
    CHECK(told(suggestions).empty());
}
