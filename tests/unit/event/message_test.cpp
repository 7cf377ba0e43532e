#include <catch2/catch.hpp>
#include <map>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::test;

TEST_CASE("sentences") {
    const std::map<std::string, std::string> expected{
        {"changed", "/etc/passwd changed: size, sha256; by vim (pid 4242), user root"},
        {"changed-log-sha3",
         "/var/log/audit.log changed: block.0; rotated, but its old content is not in any sibling; by vim (pid 4242), user root"},
        {"appeared-two-actors", "/etc/new link appeared; expected by expect links of c-user; by dpkg (pid 77), user c-user"},
        {"vanished-while-not-watching",
         "/etc/cron.d/job vanished between 2026-01-31T11:50:00.000000000Z and 2026-01-31T12:00:00.000000000Z while not watching"},
        {"vanished-transient", "/etc/x came and went; by vim (pid 4242), user root"},
        {"renamed-directory",
         "/etc/neu renamed from /etc/alt\\x0a\\xfe with 12 known objects below it; authorized; by vim (pid 4242), user root"},
        {"reverted", "/etc/passwd is as in the baseline again: mode; by vim (pid 4242), user root"},
        {"touched-device", "/etc/null touched; by vim (pid 4242), user root"},
        {"unreadable", "/etc/\xc3\xa4\\xff could not be looked at: open: Permission denied; by vim (pid 4242), user root"},
        {"changed-authorized", "/usr/sbin/nginx changed: sha256; authorized by dpkg nginx 1.22.1-9+deb12u1 (amd64); by vim (pid 4242), user root"},
        {"gap", "12 touches at or below /etc may have been missed: kernel queue overflow"},
        {"gap-everywhere", "touches in every watch may have been missed: touch set full"},
        {"notice-fallback", "This is fallback."},
    };
    std::size_t seen = 0;
    for (const auto& [name, event] : samples()) {
        if (!expected.contains(name)) continue;
        CHECK(to_message(event) == expected.at(name));
        ++seen;
    }
    CHECK(seen == expected.size());
}

TEST_CASE("changed while not watching says from when to when") {
    auto event = changed();
    finding_of(event).touch.unwatched_since = at(-1'000'000'000);
    CHECK(to_message(event).starts_with("/etc/passwd changed between 2026-01-31T11:59:59.000000000Z and "
                                        "2026-01-31T12:00:00.000000000Z while not watching: size, sha256"));
}

TEST_CASE("a sentence stays short, and an unknown user is a number") {
    auto event = changed();
    event.names.user.clear();
    auto& changes = finding_of(event).changes;
    changes.clear();
    for (int i = 0; i < 100; ++i) changes.push_back({"xattr.user.a" + std::to_string(i), "", "1"});
    const auto message = to_message(event);
    CHECK(message.find("xattr.user.a7 and 92 more") != std::string::npos);
    CHECK(message.ends_with("user 0"));
}
