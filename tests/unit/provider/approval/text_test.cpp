#include <catch2/catch.hpp>

#include "approval/ground.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/manifest.hpp"

using namespace touchstone;
using namespace touchstone::test;
using Catch::Matchers::Contains;

namespace {

std::string text() { return approval_text(sample()).value(); }

std::string replaced(std::string in, const std::string& what, const std::string& by) {
    const auto at = in.find(what);
    REQUIRE(at != std::string::npos);
    return in.replace(at, what.size(), by);
}

std::string refusal(const std::string& bytes) {
    const auto parsed = parse_approval(bytes);
    return parsed ? "taken" : parsed.error().what;
}

}  // namespace

TEST_CASE("the text of an approval is this, byte for byte, and says the same when read") {
    const auto digest = [](const char* of) { return to_hex(sha256(of)); };
    CHECK(text() == "touchstone-approval 1\nid 00000000000000000000000000000007\nhost 0123456789abcdef0123456789abcdef\n"
                    "not-before 2026-01-31T12:00:00Z\nexpires 2026-01-31T13:00:00Z\napprover alice\nticket CHG-4711\nnote the new release\n"
                    "change /etc/app.conf before file sha256:" + digest("old") + " after file sha256:" + digest("new") + "\n"
                    "change /etc/app.d before absent after directory mode:0755 uid:0 gid:0\n");
    CHECK(parse_approval(text()) == sample());
}

TEST_CASE("any bytes of names and texts come through") {
    auto approval = sample();
    approval.hosts.clear();
    approval.note = "50% of\nit \xff";
    approval.changes = {{"/a b%\n\xff", {.kind = ApprovedState::Kind::any, .digests = {}, .link_target = {}, .mode = {}, .uid = {}, .gid = {}},
                         {.kind = ApprovedState::Kind::symlink, .digests = {}, .link_target = "../x y", .mode = {}, .uid = {}, .gid = {}}}};
    const auto written = approval_text(approval);
    REQUIRE(written);
    CHECK_THAT(*written, Contains("change /a%20b%25%0A%FF before any after symlink target:../x%20y\n") && Contains("host *\n") && Contains("note 50%25 of%0Ait %FF\n"));
    CHECK(parse_approval(*written) == approval);
}

TEST_CASE("there is one way to write it: whatever else is refused") {
    const std::string line = "ticket CHG-4711\n";
    for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
             {line, line + line},                                   // twice
             {line, ""},                                            // missing
             {line, "ticket  CHG-4711\n"},                          // another text, but then it would be that: kept
             {"uid:0 gid:0", "gid:0 uid:0"},                        // another order
             {"mode:0755", "mode:755"},
             {"mode:0755", "mode:0755 mode:0755"},
             {"uid:0", "uid:00"},
             {"uid:0", "uid:4294967296"},
             {"/etc/app.d", "/etc/app%2Ed"},
             {"/etc/app.d", "/etc/app.%64"},
             {"CHG-4711", "CHG-4711\r"},
             {"CHG-4711\n", "CHG-4711\n\n"},
             {"before absent", "before absent "},
             {"host 0123", "host *\nhost 0123"},
             {"expires 2026-01-31T13:00:00Z", "expires 2026-01-31T13:00:00.5Z"},
             {"expires 2026-01-31T13", "expires 2026-02-30T13"},
             {"approval 1", "approval 2"},
             {"change /etc/app.d", "allow /etc/app.d"},
         }) {
        if (by == "ticket  CHG-4711\n") continue;
        INFO(by);
        CHECK_THAT(refusal(replaced(text(), what, by)), Contains("malformed"));
    }
    CHECK_THAT(refusal(text() + "x"), Contains("malformed"));
    CHECK_THAT(refusal(""), Contains("malformed"));
    CHECK_THAT(refusal(text().substr(0, text().size() - 1)), Contains("malformed"));
}

TEST_CASE("paths that are not plain are refused, and why is said") {
    for (const auto& [path, why] : std::vector<std::pair<std::string, std::string>>{{"/etc/../root/x", "escapes by `..`"},
                                                                                   {"/..", "escapes by `..`"},
                                                                                   {"etc/x", "not absolute"},
                                                                                   {"/etc//x", "plain form"},
                                                                                   {"/etc/./x", "plain form"},
                                                                                   {"/etc/x/", "plain form"},
                                                                                   {"/etc/%00x", "zero byte"}}) {
        INFO(path);
        CHECK_THAT(refusal(replaced(text(), "/etc/app.conf", path)), Contains(why));
    }
    CHECK(fault_of_approved_path("/") == "");
    CHECK(fault_of_approved_path("/..x/...") == "");
}

TEST_CASE("what an approval must have") {
    const auto fault = [](auto change) {
        auto approval = sample();
        change(approval);
        const auto written = approval_text(approval);
        return written ? "taken" : written.error().what;
    };
    CHECK_THAT(fault([](Approval& a) { a.changes.clear(); }), Contains("approves nothing"));
    CHECK_THAT(fault([](Approval& a) { a.expires = a.not_before; }), Contains("expires before it begins"));
    CHECK_THAT(fault([](Approval& a) { a.hosts = {"*"}; }), Contains("machine id"));
    CHECK_THAT(fault([](Approval& a) { a.hosts = {kHost, kHost}; }), Contains("not in order"));
    CHECK_THAT(fault([](Approval& a) { std::swap(a.changes[0], a.changes[1]); }), Contains("not in order"));
    CHECK_THAT(fault([](Approval& a) { a.changes[0].after.digests.clear(); }), Contains("no digest"));
    CHECK_THAT(fault([](Approval& a) { a.changes[0].after.digests = {{DigestAlgorithm::sha512, std::string(64, 'x')}}; }), Contains("no SHA-256"));
    CHECK_THAT(fault([](Approval& a) { a.changes[0].before.digests[DigestAlgorithm::sha256] = "short"; }), Contains("32 bytes"));
    CHECK_THAT(fault([](Approval& a) { a.changes[0].before.mode = 0644; }), Contains("belong to what is there after"));
    CHECK_THAT(fault([](Approval& a) { a.changes[1].after = {}; }), Contains("gone before and after"));
    CHECK_THAT(fault([](Approval& a) { a.changes[1].after.mode = 010000; }), Contains("07777"));
    CHECK_THAT(fault([](Approval& a) { a.note = std::string(1025, 'n'); }), Contains("at most 1024"));
}

TEST_CASE("times are whole seconds in UTC, and real ones") {
    CHECK(to_utc_seconds(at(61)) == "2026-01-31T12:01:01Z");
    CHECK(parse_utc_seconds("2026-01-31T12:01:01Z") == at(61));
    for (const char* no : {"2026-02-29T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31 12:00:00Z", "9999-01-01T00:00:00Z", "2026-01-31T12:00:00", ""}) CHECK_FALSE(parse_utc_seconds(no));
}

TEST_CASE("the corpus of the fuzz target is read without harm, and its approval is one") {
    const std::string corpus = TOUCHSTONE_SOURCE_DIR "/tests/fuzz/corpus/approval";
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
        const auto bytes = content_of(entry.path());
        if (const auto approval = parse_approval(bytes)) CHECK(approval_text(*approval) == bytes);
        static_cast<void>(parse_manifest(bytes, "/"));
    }
    CHECK(parse_approval(content_of(corpus + "/approval")));
    CHECK(parse_sums(content_of(corpus + "/sums"), "/"));
    CHECK(parse_mtree(content_of(corpus + "/mtree"), "/"));
}
