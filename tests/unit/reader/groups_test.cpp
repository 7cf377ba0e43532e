#include "entries.hpp"
#include "touchstone/log_groups.hpp"

using namespace touchstone::reader;
using namespace touchstone::reader::test;

namespace {

std::vector<Group> grouped(const std::vector<Entry>& entries, GroupBounds bounds = {}) {
    std::vector<Group> out;
    Groups groups(bounds, [&](const Group& group) { out.push_back(group); });
    for (const auto& each : entries) groups.add(each, each.at);
    groups.finish();
    return out;
}

Entry of_transaction(Entry is, const std::string& id) {
    is.transaction = EntryTransaction{id, "dpkg", ""};
    return is;
}

}  // namespace

TEST_CASE("what one session does shortly after one another is one group") {
    auto second_process = finding(50, "/etc/b/z");
    second_process.process = EntryProcess{"other", "cp", "/usr/bin/cp", 43, "0", "root"};
    second_process.action = "appeared";
    second_process.severity = 99;
    const auto groups = grouped({finding(0, "/etc/b/x"), finding(20, "/etc/b/y"), second_process});
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 3);
    CHECK(groups[0].actions == std::map<std::string, std::uint64_t>{{"changed", 2}, {"appeared", 1}});
    CHECK(groups[0].directory == "/etc/b");
    CHECK(groups[0].processes == std::vector<std::string>{"sed", "cp"});
    CHECK(groups[0].severity == 99);
    CHECK(groups[0].end - groups[0].begin == std::chrono::seconds(50));
}

TEST_CASE("a pause of more than a minute, another session, another verdict begin a new one") {
    CHECK(grouped({finding(0, "/a"), finding(60, "/a")}).size() == 1);
    CHECK(grouped({finding(0, "/a"), finding(61, "/a")}).size() == 2);
    CHECK(grouped({finding(0, "/a"), finding(1, "/a", "4")}).size() == 2);
    CHECK(grouped({finding(0, "/a"), finding(1, "/a", "3", "authorized")}).size() == 2);
}

TEST_CASE("without a session it is the unit, then the process") {
    auto one = finding(0, "/a", ""), other = finding(1, "/b", "");
    one.process->entity_id = "e1";
    other.process->entity_id = "e2";
    CHECK(grouped({one, other}).size() == 2);
    CHECK(grouped({one, one}).size() == 1);
    one.systemd_unit = other.systemd_unit = "cron.service";
    CHECK(grouped({one, other}).size() == 1);
}

TEST_CASE("a transaction is one group for each verdict, whoever did it and however long it takes") {
    const auto groups = grouped({of_transaction(finding(0, "/usr/a", "1", "authorized"), "t"), of_transaction(finding(5, "/usr/evil", "1", "unexpected"), "t"),
                                 of_transaction(finding(200, "/etc/b", "2", "authorized"), "t"), finding(201, "/etc/c", "1", "authorized")});
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].count == 2);
    CHECK(groups[0].directory == "/");
    CHECK(groups[1].first.path == "/usr/evil");
    CHECK(groups[1].first.verdict == "unexpected");
    CHECK_FALSE(groups[2].transaction);
}

TEST_CASE("the notice of its end describes a transaction, and stands for itself where there is none") {
    Entry notice;
    notice.at = second(2);
    notice.action = "transaction-finished";
    notice.message = "upgrade of 50 packages";
    notice.transaction = EntryTransaction{"t", "dpkg", ""};
    const auto groups = grouped({of_transaction(finding(0, "/usr/a", "1", "authorized"), "t"), notice});
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].transaction->description == "upgrade of 50 packages");
    CHECK(grouped({notice}).size() == 1);
}

TEST_CASE("gaps and notices stand alone, and all are in the order of their beginnings") {
    Entry gap;
    gap.dataset = Dataset::gap;
    gap.action = "gap";
    gap.at = second(10);
    const auto groups = grouped({finding(0, "/a"), gap, finding(20, "/b"), gap});
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].count == 2);
    CHECK(groups[1].first.action == "gap");
}

TEST_CASE("as soon as they are over, where a log is followed") {
    std::vector<Group> out;
    Groups groups({.quiet = std::chrono::seconds(5), .in_order = false}, [&](const Group& group) { out.push_back(group); });
    groups.add(finding(0, "/a", "1"), second(0));
    groups.add(finding(0, "/b", "2"), second(3));
    groups.expire(second(5));
    CHECK(out.empty());
    groups.expire(second(6));
    REQUIRE(out.size() == 1);
    CHECK(out[0].first.path == "/a");
    groups.expire(second(9));
    CHECK(out.size() == 2);
}

TEST_CASE("no more are held than allowed, and an actor that never rests is told of") {
    std::vector<Entry> many;
    for (int i = 0; i < 100; ++i) many.push_back(finding(0, "/a", std::to_string(i)));
    std::size_t given = 0;
    Groups groups({.held = 10}, [&](const Group&) { ++given; });
    for (const auto& each : many) groups.add(each, each.at);
    CHECK(given == 90);
    std::vector<Entry> restless;
    for (int i = 0; i < 4000; i += 30) restless.push_back(finding(i, "/a"));
    CHECK(grouped(restless).size() == 2);
}
