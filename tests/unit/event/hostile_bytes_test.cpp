// Whatever bytes a name, an argument or an attribute holds: one line of valid UTF-8 JSON that says the exact bytes, and no field forged.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "json_writer.hpp"
#include "samples.hpp"
#include "touchstone/bytes.hpp"

using namespace touchstone;
using namespace touchstone::test;
using nlohmann::json;

namespace {

// Every string of a finding that somebody outside may choose.
Event made_of(const std::string& bytes) {
    auto event = changed();
    auto& finding = finding_of(event);
    finding.path = "/" + bytes;
    finding.previous_path = "/was/" + bytes;
    finding.other_paths = {"/other/" + bytes, "/plain"};
    finding.via = {bytes};
    finding.reason = bytes;
    finding.changes = {{"xattr." + bytes, bytes, bytes}};
    finding.after->link_target = bytes;
    finding.after->xattrs = {{"user." + bytes, bytes}};
    auto actor = *finding.touch.actors.front();
    actor.process.name = actor.process.executable = bytes;
    actor.process.args = {bytes, bytes};
    actor.ancestors.front().name = bytes;
    finding.touch.actors = {std::make_shared<const Actor>(actor)};
    event.names = {bytes, bytes, bytes};
    return event;
}

void check_line(const std::string& bytes) {
    const auto event = made_of(bytes);
    const auto line = to_json(event, "id", host());
    CHECK(line.find('\n') == std::string::npos);
    CHECK(is_utf8(line));
    const auto read = json::parse(line, nullptr, false);
    REQUIRE_FALSE(read.is_discarded());
    CHECK(read.size() == 11);
    CHECK(read["file"]["path"] == escape_invalid_utf8("/" + bytes));
    const bool clean = is_utf8(bytes);
    CHECK(read["touchstone"].contains("path_hex") == !clean);
    if (!clean) {
        CHECK(from_hex(read["touchstone"]["path_hex"].get<std::string>()) == "/" + bytes);
        CHECK(from_hex(read["touchstone"]["previous_path_hex"].get<std::string>()) == "/was/" + bytes);
        CHECK(from_hex(read["touchstone"]["other_paths_hex"][0].get<std::string>()) == "/other/" + bytes);
        CHECK(from_hex(read["touchstone"]["target_path_hex"].get<std::string>()) == bytes);
        CHECK(from_hex(read["touchstone"]["via_hex"][0].get<std::string>()) == bytes);
    }
    CHECK(read["process"]["args"][1] == escape_invalid_utf8(bytes));
    CHECK(printable(to_message(event)) == to_message(event));
}

}  // namespace

TEST_CASE("every single byte, alone and between others") {
    for (int i = 0; i < 256; ++i) {
        const std::string byte(1, static_cast<char>(i));
        check_line(byte);
        check_line("a" + byte + "\"z");
    }
}

TEST_CASE("random bytes, and random text with a broken end") {
    std::mt19937 random(20260131);
    for (int round = 0; round < 100; ++round) {
        std::string bytes(random() % 64 + 1, '\0');
        for (auto& byte : bytes) byte = static_cast<char>(random());
        check_line(bytes);
        check_line("\xe2\x82\xac{\"a\":1},\\" + bytes.substr(0, 2) + "\xf0\x9f");
    }
}

TEST_CASE("a gap and a notice keep exact bytes too") {
    Event event;
    event.body = Gap{"/\xff", "overflow", 1, at(0)};
    CHECK(json::parse(to_json(event, "id", host()))["touchstone"]["gap"]["scope_hex"] == "2fff");
    event.body = Notice{NoticeAction::tamper, "\xff\n", "/\xff", Severity::high, {{"\xff", "\xff"}}};
    const auto read = json::parse(to_json(event, "id", host()));
    CHECK(read["touchstone"]["path_hex"] == "2fff");
    CHECK(read["message"] == "\\xff\\x0a");
    CHECK(read["touchstone"]["details"]["\\xff"] == "\\xff");
}

TEST_CASE("the writer puts commas where they belong, also after text that ends like a bracket") {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    writer.text("a", "{");
    writer.text("b", "[");
    writer.begin_array("c");
    writer.item("x:");
    writer.begin_object();
    writer.number("n", -1);
    writer.end_object();
    writer.end_array();
    writer.flag("d", false);
    writer.end_object();
    CHECK(out == R"({"a":"{","b":"[","c":["x:",{"n":-1}],"d":false})");
}

TEST_CASE("a value of a change is whole up to 1024 bytes, else its beginning, its length and its digest") {
    const std::string most(1024, 'x');
    CHECK(shown_value("") == "");
    CHECK(shown_value(most) == most);
    CHECK(shown_value(most + "y") == most + "... (1025 bytes, sha256:1fd11f583bfc927746c1c0dc8b31ca8ceb679d26010567a9fb41632f673e54ca)");
    // What hex stands for is what counts.
    const std::string raw(64 << 10, '\xff');
    const auto shown = shown_value("0x" + to_hex(raw));
    CHECK(shown.substr(0, 1024) == "0x" + std::string(1022, 'f'));
    CHECK(shown.substr(1024, 27) == "... (65536 bytes, sha256:71");
    // Never within a character.
    const auto cut = shown_value(std::string(1023, 'x') + "\xc3\xa4");
    CHECK(cut.substr(0, 1027) == std::string(1023, 'x') + "... ");
    // Two that only differ at the end, or in being hex, are told apart; and no short value reads like a long one.
    CHECK(shown_value(most + "y") != shown_value(most + "z"));
    CHECK(shown_value("0x" + to_hex(raw)) != shown_value(raw));
    CHECK(shown_value(shown_value(most + "y")) != shown_value(most + "y"));
}

TEST_CASE("whoever sets attributes does not decide how long a line is") {
    auto event = changed();
    auto& finding = finding_of(event);
    finding.changes.clear();
    finding.after->xattrs.clear();
    for (int i = 0; i < 1000; ++i) {
        const auto name = "user." + std::to_string(i);
        finding.changes.push_back({"xattr." + name, "0x" + std::string(131072, 'f'), "0x" + std::string(131072, 'e')});
        finding.after->xattrs[name] = std::string(4096, '\x01');
    }
    const auto line = to_json(event, "id", host());
    CHECK(line.size() < (1 << 20));
    const auto own = json::parse(line)["touchstone"];
    CHECK(own["changes"].size() == 256);
    CHECK(own["changes_omitted"] == 744);
    CHECK(own["object"]["xattrs"].size() == 256);
    CHECK(own["object"]["xattrs_omitted"] == 744);
    CHECK(own["object"]["xattrs"][15].contains("value"));
    CHECK(own["object"]["xattrs"][16]["omitted_bytes"] == 4096);
    for (const auto& field : to_journal_fields(event, "id", host())) CHECK(field.size() < 8192);
}
