// Names that renames link, and directories that move with what waits below them.
#include <catch2/catch.hpp>

#include "unit/touch/drive.hpp"

using namespace drive;

TEST_CASE("renamed names are one group, ready when the last of them is") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::created, "/t", 1000));
    set.touch(touch(Act::closed, "/t", 1001));
    set.touch(rename("/t", "/a", 1010));
    CHECK(next(set) == 1030);
    set.touch(rename("/a", "/b", 1025));
    CHECK(next(set) == 1045);
    const auto group = set.take(ms(1045));
    CHECK(names_of(group) == "/a /b /t");
    CHECK(renames_of(group->pending) == "/t>/a /a>/b");
    CHECK(next(set) == -1);
}

TEST_CASE("two groups that a rename links become one, their renames in order") {
    TouchSet set(kTimes, {});
    set.touch(rename("/a", "/b", 1000));
    set.touch(rename("/c", "/d", 1001));
    set.touch(rename("/b", "/c", 1002));
    const auto group = set.take(ms(1022));
    CHECK(names_of(group) == "/a /b /c /d");
    CHECK(renames_of(group->pending) == "/a>/b /c>/d /b>/c");
}

TEST_CASE("a group that would be too large is not linked") {
    TouchSet set(kTimes, {.group = 3});
    set.touch(rename("/a", "/b", 1000));
    set.touch(rename("/b", "/c", 1000));
    set.touch(rename("/c", "/d", 1000));
    CHECK(taken(set, 1020) == "/a /b /c");
    CHECK(taken(set, 1020) == "/d");
    CHECK_FALSE(set.take_sweep());
}

TEST_CASE("a directory renamed without a link has both its names swept") {
    TouchSet set(kTimes, {.group = 2});
    set.touch(rename_directory("/a", "/b", 1000));
    set.touch(rename_directory("/b", "/c", 1000));
    const auto first = set.take_sweep();
    const auto second = set.take_sweep();
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->sweep.scope == "/b");
    CHECK(second->sweep.scope == "/c");
    CHECK_FALSE(first->gap);
}

TEST_CASE("endless renaming between a few names is handed out after the patience, and does not pile up") {
    TouchSet set(kTimes, {});
    for (int i = 0; i < 20'000; ++i) set.touch(i % 2 == 0 ? rename("/a", "/b", 1000 + i) : rename("/b", "/a", 1000 + i));
    CHECK(next(set) == 6000);
    const auto group = set.take(ms(6000));
    REQUIRE(names_of(group) == "/a /b");
    CHECK(group->pending.renames.size() == 2);
}

TEST_CASE("the renames of one group are bounded, the latest kept") {
    TouchSet set(kTimes, {.group = 8});
    for (int round = 1; round < 8; ++round)
        for (int from = 0; from < 8; ++from)
            set.touch(rename("/n" + std::to_string(from), "/n" + std::to_string((from + round) % 8), 1000));
    const auto group = set.take(ms(9000));
    REQUIRE(group);
    CHECK(group->pending.names.size() == 8);
    CHECK(group->pending.renames.size() == 32);
    CHECK(group->pending.renames.back().from == "/n7");
    CHECK(group->pending.renames.back().to == "/n6");
}

TEST_CASE("what waits below a renamed directory goes along") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::modified, "/d/x/f", 1000));
    set.touch(touch(Act::modified, "/dd", 999));
    set.touch(rename_directory("/d", "/e", 1001));
    CHECK(taken(set, 1021) == "/d /e");
    CHECK(taken(set, 1500) == "/dd");
    CHECK(taken(set, 1500) == "/e/x/f");
}

TEST_CASE("renames below a renamed directory go along and stay a group") {
    TouchSet set(kTimes, {});
    set.touch(rename("/d/t", "/d/f", 1000));
    set.touch(rename_directory("/d", "/e", 1001));
    CHECK(taken(set, 1021) == "/d /e");
    const auto group = set.take(ms(1021));
    CHECK(names_of(group) == "/e/f /e/t");
    CHECK(renames_of(group->pending) == "/e/t>/e/f");
}

TEST_CASE("what goes along meets touches of its new path") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::deleted, "/e/f", 1000));
    set.touch(rename("/d/t", "/d/f", 1001));
    set.touch(rename_directory("/d", "/e", 1002));
    CHECK(taken(set, 1022) == "/d /e");
    const auto group = set.take(ms(1022));
    CHECK(names_of(group) == "/e/f /e/t");  // still linked
    CHECK(renames_of(group->pending) == "/e/t>/e/f");
    for (const auto& name : group->pending.names)
        if (name.path == "/e/f") CHECK(name.acts == (bit(Act::deleted) | bit(Act::moved)));
}

TEST_CASE("below a directory that is being renamed everything waits, at both ends") {
    TouchSet set(kTimes, {});
    set.touch(rename_directory("/d", "/e", 1000));
    set.touch(touch(Act::closed, "/d/new", 1001));
    set.touch(touch(Act::closed, "/e/new", 1002));
    set.touch(touch(Act::closed, "/elsewhere", 1001));
    CHECK(names_of(set.take(ms(1010))) == "/elsewhere");
    CHECK(names_of(set.take(ms(1010))).empty());
    const auto out = set.take(ms(1020));
    REQUIRE(names_of(out) == "/d /e");
    CHECK(names_of(set.take(ms(9000))).empty());
    set.done(out->token, ms(1030));
    CHECK(taken(set, 1030) == "/d/new");
    CHECK(taken(set, 1030) == "/e/new");
}

TEST_CASE("directories renamed in a circle come one after the other") {
    TouchSet set(kTimes, {.group = 2});
    set.touch(rename_directory("/a/x", "/b/x", 1000));
    set.touch(rename_directory("/b", "/c", 1000));
    set.touch(rename_directory("/c/x", "/a/y", 1000));
    std::size_t names = 0;
    while (const auto group = set.take(ms(9000))) {
        names += group->pending.names.size();
        CHECK(names_of(set.take(ms(9000))).size() < 20);
        set.done(group->token, ms(9000));
        if (names > 10) break;
    }
    CHECK(set.counters().waiting == 0);
}

TEST_CASE("a look below a directory that was renamed meanwhile is overtaken, and taken again under the new path") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::closed, "/d/f", 1000));
    set.touch(touch(Act::closed, "/x", 1000));
    const auto below = set.take(ms(1000));
    const auto beside = set.take(ms(1000));
    REQUIRE(names_of(below) == "/d/f");
    CHECK_FALSE(set.overtaken(below->token));
    set.touch(rename_directory("/d", "/e", 1001));
    set.touch(rename_directory("/e", "/g", 1002));
    CHECK(set.overtaken(below->token));
    CHECK_FALSE(set.overtaken(beside->token));
    set.again(below->token, ms(1003));
    CHECK(taken(set, 1022) == "/d /e /g");
    CHECK(taken(set, 1022) == "/g/f");
}

TEST_CASE("a group that is taken again keeps its renames, before those that came meanwhile") {
    TouchSet set(kTimes, {});
    set.touch(rename("/a", "/b", 1000));
    set.touch(rename("/b", "/c", 1001));
    const auto out = set.take(ms(1021));
    set.touch(rename("/c", "/d", 1022));
    set.touch(touch(Act::modified, "/a", 1023));
    set.again(out->token, ms(1024));
    CHECK(next(set) == 1523);  // the last of them is still open
    const auto group = set.take(ms(1523));
    CHECK(names_of(group) == "/a /b /c /d");
    CHECK(renames_of(group->pending) == "/a>/b /b>/c /c>/d");
}

TEST_CASE("a directory rename that is taken again is still a barrier") {
    TouchSet set(kTimes, {});
    set.touch(rename_directory("/d", "/e", 1000));
    const auto out = set.take(ms(1020));
    set.again(out->token, ms(1021));
    set.touch(touch(Act::closed, "/e/f", 1022));
    CHECK(names_of(set.take(ms(1022))).empty());
    CHECK(taken(set, 1040) == "/d /e");
    CHECK(taken(set, 1040) == "/e/f");
}

TEST_CASE("a name says whether the last act on it took it away") {
    TouchSet set(kTimes, {});
    const auto gone = [&](std::int64_t at) {
        std::string text;
        const auto group = set.take(ms(at));
        REQUIRE(group);
        for (const auto& name : group->pending.names) text += name.path + (name.gone ? " gone " : " there ");
        set.done(group->token, ms(at));
        return text;
    };
    set.touch(touch(Act::attributes, "/a", 1000));
    CHECK(gone(1000) == "/a there ");
    set.touch(touch(Act::deleted, "/a", 3000));
    set.touch(touch(Act::closed, "/a", 3001));
    CHECK(gone(3100) == "/a gone ");
    set.touch(rename("/a", "/b", 6000));
    CHECK(gone(6100) == "/a gone /b there ");
    set.touch(touch(Act::deleted, "/a", 9000));
    set.touch(touch(Act::created, "/a", 9001));
    set.touch(touch(Act::closed, "/a", 9002));
    CHECK(gone(9100) == "/a there ");
}

TEST_CASE("a name that waits for the word of its absence is linked by it") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::attributes, "/a", 1000));
    auto group = set.take(ms(1000));
    REQUIRE(group);
    CHECK(group->pending.names[0].unheard == 0);
    set.await_word(group->token, ms(1001));
    CHECK(next(set) == 1020);
    set.touch(rename("/a", "/b", 1005));
    group = set.take(ms(1025));
    REQUIRE(group);
    CHECK(names_of(group) == "/a /b");
    CHECK(renames_of(group->pending) == "/a>/b");
    CHECK(group->pending.names[0].unheard == 1);
    CHECK((group->pending.names[0].acts & bit(Act::attributes)) != 0);
    set.done(group->token, ms(1025));
    set.touch(touch(Act::attributes, "/a", 5000));
    group = set.take(ms(5000));
    REQUIRE(group);
    CHECK(group->pending.names[0].unheard == 0);  // of another time
}

TEST_CASE("a taken name tells whether more is known of it by now") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::attributes, "/d/a", 1000));
    const auto group = set.take(ms(1000));
    REQUIRE(group);
    set.touch(touch(Act::closed, "/d/b", 1001));
    set.touch(rename("/d/b", "/c", 1002));
    set.touch(rename_directory("/d/a/b", "/e", 1002));
    CHECK_FALSE(set.more_is_known(group->token));
    SECTION("it was touched") { set.touch(rename("/d/a", "/c", 1003)); }
    SECTION("it was moved along") { set.touch(rename_directory("/d", "/f", 1003)); }
    SECTION("it may have come along") { set.touch(rename_directory("/f", "/d", 1003)); }
    CHECK(set.more_is_known(group->token));
    set.done(group->token, ms(1004));
    CHECK_FALSE(set.more_is_known(group->token));
}

TEST_CASE("a name that waits for the word of its absence goes along with its directory") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::attributes, "/d/a", 1000));
    const auto group = set.take(ms(1000));
    REQUIRE(group);
    set.await_word(group->token, ms(1001));
    set.touch(rename_directory("/d", "/e", 1005));
    CHECK(taken(set, 1100) == "/d /e");
    CHECK(taken(set, 1100) == "/e/a");
}
