#include <catch2/catch.hpp>
#include <map>

#include "event_kinds.hpp"
#include "samples.hpp"
#include "touchstone/bytes.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

std::map<std::string, std::string> fields_of(const Event& event) {
    std::map<std::string, std::string> fields;
    for (const auto& field : to_journal_fields(event, "some-id", host())) {
        const auto equals = field.find('=');
        REQUIRE(equals != std::string::npos);
        CHECK(fields.emplace(field.substr(0, equals), field.substr(equals + 1)).second);  // none twice
    }
    return fields;
}

}  // namespace

TEST_CASE("journald takes every field name") {
    for (const auto& [name, event] : samples())
        for (const auto& [field, value] : fields_of(event)) {
            CHECK(field.size() <= 64);
            CHECK(field.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos);
            CHECK((field[0] >= 'A' && field[0] <= 'Z'));
        }
}

TEST_CASE("a finding's fields") {
    const auto fields = fields_of(changed());
    const std::map<std::string, std::string> expected{
        {"MESSAGE", to_message(changed())},
        {"MESSAGE_ID", "a5bb02e5e1e945ea9759b783a332d0db"},
        {"PRIORITY", "3"},
        {"SYSLOG_IDENTIFIER", "touchstone"},
        {"TOUCHSTONE_EVENT_ID", "some-id"},
        {"TOUCHSTONE_SEQUENCE", "17"},
        {"TOUCHSTONE_DATASET", "touchstone.finding"},
        {"TOUCHSTONE_ACTION", "changed"},
        {"TOUCHSTONE_VERDICT", "unexpected"},
        {"TOUCHSTONE_SEVERITY", "high"},
        {"TOUCHSTONE_PATH", "/etc/passwd"},
        {"TOUCHSTONE_RULE", "/etc"},
        {"TOUCHSTONE_TAGS", "pci-dss-11.5.2"},
        {"TOUCHSTONE_CHANGES", "size,sha256"},
        {"TOUCHSTONE_SHA256_BEFORE", to_hex(std::string(32, '\x01'))},
        {"TOUCHSTONE_SHA256_AFTER", to_hex(std::string(32, '\xab'))},
        {"TOUCHSTONE_PID", "4242"},
        {"TOUCHSTONE_EXE", "/usr/bin/vim.basic"},
        {"TOUCHSTONE_COMM", "vim"},
        {"TOUCHSTONE_UID", "0"},
        {"TOUCHSTONE_LOGIN_UID", "1000"},
    };
    CHECK(fields == expected);
}

TEST_CASE("paths go to journald as the bytes they are") {
    auto event = changed();
    finding_of(event).path = std::string("/etc/\xff\nPRIORITY=0");
    finding_of(event).previous_path = "/\xfe";
    const auto fields = fields_of(event);
    CHECK(fields.at("TOUCHSTONE_PATH") == "/etc/\xff\nPRIORITY=0");
    CHECK(fields.at("TOUCHSTONE_PREVIOUS_PATH") == "/\xfe");
    CHECK(fields.at("MESSAGE").find('\n') == std::string::npos);
}

TEST_CASE("digest fields bear the digest's name") {
    auto event = changed();
    event.digest = DigestAlgorithm::sha3_512;
    CHECK(fields_of(event).count("TOUCHSTONE_SHA3_512_AFTER") == 1);
}

TEST_CASE("an unknown actor, a gap and a notice") {
    auto event = changed();
    finding_of(event).touch.actors.clear();
    finding_of(event).touch.actor_unknown = "changed while not watching";
    CHECK(fields_of(event).at("TOUCHSTONE_ACTOR_UNKNOWN") == "changed while not watching");
    CHECK(fields_of(event).count("TOUCHSTONE_PID") == 0);
    event.body = Gap{"/etc", "overflow", 3, at(0)};
    CHECK(fields_of(event).at("TOUCHSTONE_SCOPE") == "/etc");
    CHECK(fields_of(event).at("TOUCHSTONE_LOST") == "3");
    event.body = Notice{NoticeAction::mount_changed, "Mounted.", "/mnt", Severity::low, {}};
    CHECK(fields_of(event).at("TOUCHSTONE_PATH") == "/mnt");
    CHECK(fields_of(event).at("TOUCHSTONE_DATASET") == "touchstone.notice");
}

TEST_CASE("a difference in the text, and why there is none") {
    auto event = changed();
    CHECK_FALSE(fields_of(event).contains("TOUCHSTONE_DIFF"));
    finding_of(event).diff = TextDiff();
    finding_of(event).diff->text = "@@ -1 +1 @@\n-a\n+b\n";
    CHECK(fields_of(event).at("TOUCHSTONE_DIFF") == "@@ -1 +1 @@\n-a\n+b\n");
    CHECK_FALSE(fields_of(event).contains("TOUCHSTONE_DIFF_LINES_OMITTED"));
    finding_of(event).diff->omitted = 7;
    CHECK(fields_of(event).at("TOUCHSTONE_DIFF_LINES_OMITTED") == "7");
    finding_of(event).diff = TextDiff();
    finding_of(event).diff->why_not = "it is not text";
    CHECK(fields_of(event).at("TOUCHSTONE_DIFF_WHY_NOT") == "it is not text");
    CHECK_FALSE(fields_of(event).contains("TOUCHSTONE_DIFF"));
}
