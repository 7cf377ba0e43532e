// What does not fit becomes a gap; what must be swept waits, bounded.
#include <catch2/catch.hpp>

#include "unit/touch/drive.hpp"

using namespace drive;

namespace {

// "/a: reason (lost)" of a gap, "/a" of a sweep that answers none.
std::string work(TouchSet& set) {
    const auto work = set.take_sweep();
    if (!work) return "none";
    if (!work->gap) return work->sweep.scope;
    CHECK(work->sweep.scope == work->gap->scope);
    return work->gap->scope + ": " + work->gap->reason + " (" + std::to_string(work->gap->lost) + ")";
}

}  // namespace

TEST_CASE("a touch that finds no room becomes a gap of its directory") {
    TouchSet set(kTimes, {.names = 2});
    set.touch(touch(Act::closed, "/d/a", 1000));
    set.touch(touch(Act::closed, "/d/b", 1000));
    set.touch(touch(Act::closed, "/d/a", 1000));  // has its place
    CHECK(work(set) == "none");
    set.touch(touch(Act::closed, "/d/e/c", 1000));
    set.touch(touch(Act::closed, "/d/e/d", 1000));
    CHECK(work(set) == "/d/e: touch set full (2)");
    CHECK(set.counters().overflows == 2);
    CHECK(taken(set, 1000) == "/d/a");
    set.touch(touch(Act::closed, "/d/c", 1000));
    CHECK(work(set) == "none");
}

TEST_CASE("a touch of the root that finds no room is a gap of everything") {
    TouchSet set(kTimes, {.names = 1});
    set.touch(touch(Act::closed, "/a", 1000));
    set.touch(touch(Act::attributes, "/", 1000));
    CHECK(work(set) == ": touch set full (1)");
}

TEST_CASE("a directory rename that finds no room has both ends swept, whatever lies below them") {
    TouchSet set(kTimes, {.names = 1});
    set.touch(rename_directory("/x/d", "/y/e", 1000));  // one end fits
    std::string all;
    for (auto next_work = work(set); next_work != "none"; next_work = work(set)) all += next_work + " ";
    CHECK(all == "/y: touch set full (1) /x/d /y/e ");
}

TEST_CASE("a gap inside another is part of it, whichever came first") {
    TouchSet set(kTimes, {});
    set.gap({"/d/e", "one", 2, {}});
    set.gap({"/d", "two", 3, {}});
    set.gap({"/d/f", "two", 4, {}});
    set.gap({"/dd", "two", 1, {}});
    CHECK(set.counters().gaps == 2);
    CHECK(work(set) == "/d: two; one (9)");
    CHECK(work(set) == "/dd: two (1)");
}

TEST_CASE("a lost count that nobody knows makes the sum unknown") {
    TouchSet set(kTimes, {});
    set.gap({"/d", "one", 2, {}});
    set.gap({"/d", "two", 0, {}});
    CHECK(work(set) == "/d: one; two (0)");
}

TEST_CASE("a gap that finds no room becomes one of everything") {
    TouchSet set(kTimes, {.gaps = 2});
    set.gap({"/a", "one", 1, {}});
    set.gap({"/b", "one", 1, {}});
    set.gap({"/c", "one", 1, {}});
    CHECK(set.counters().gaps == 1);
    const auto all = set.take_sweep();
    REQUIRE((all && all->gap));
    CHECK(all->gap->scope.empty());
    CHECK(all->gap->lost == 3);
    CHECK(work(set) == "none");
}

TEST_CASE("gaps are swept before what was merely asked for") {
    TouchSet set(kTimes, {});
    set.sweep({"/asked", "moved in", SweepDepth::changed, nullptr, "", {}, false});
    set.gap({"/lost", "one", 1, {}});
    CHECK(work(set) == "/lost: one (1)");
    CHECK(work(set) == "/asked");
    CHECK(work(set) == "none");
}

TEST_CASE("a request keeps what it says") {
    TouchSet set(kTimes, {});
    SweepRequest request{"/a", "boot", SweepDepth::full, actor("mv"), "", WallTime(std::chrono::seconds(9)), true};
    set.sweep(request);
    const auto got = set.take_sweep();
    REQUIRE(got);
    CHECK_FALSE(got->gap);
    CHECK(got->sweep.reason == "boot");
    CHECK(got->sweep.depth == SweepDepth::full);
    CHECK(got->sweep.actor->process.name == "mv");
    CHECK(got->sweep.unwatched_since == WallTime(std::chrono::seconds(9)));
}

TEST_CASE("a request inside one that waits and says as much is dropped, another is not") {
    TouchSet set(kTimes, {});
    const auto request = [&](const std::string& scope, SweepDepth depth, const ActorRef& who) {
        set.sweep({scope, "moved in", depth, who, "", {}, false});
    };
    const auto mv = actor("mv");
    request("/d", SweepDepth::changed, mv);
    request("/d/e", SweepDepth::changed, mv);
    CHECK(set.counters().gaps == 1);
    request("/d/e", SweepDepth::full, mv);
    request("/d/f", SweepDepth::changed, actor("tar"));
    request("/dd", SweepDepth::changed, mv);
    CHECK(set.counters().gaps == 4);
}

TEST_CASE("one that only compares does not stand for one in which directories are learned") {
    TouchSet set(kTimes, {});
    SweepRequest quick;
    quick.learn = false;
    set.sweep(quick);
    set.sweep({});
    CHECK(set.counters().gaps == 2);
    CHECK_FALSE(set.take_sweep()->sweep.learn);
    CHECK(set.take_sweep()->sweep.learn);
}

TEST_CASE("requests that find no room become a gap of everything") {
    TouchSet set(kTimes, {.gaps = 2});
    for (const auto* scope : {"/a", "/b", "/c"}) set.sweep({scope, "moved in", SweepDepth::changed, nullptr, "", {}, false});
    CHECK(work(set) == ": too many scopes to sweep (0)");
    CHECK(work(set) == "none");
}

TEST_CASE("widened to everything, a sweep stays as deep and its window as long as was asked") {
    const WallTime early(std::chrono::seconds(5)), late(std::chrono::seconds(9));
    const auto ask = [](TouchSet& set, const std::string& scope, SweepDepth depth, WallTime since) {
        set.sweep({scope, "asked", depth, nullptr, "", since, false});
    };
    TouchSet set(kTimes, {.gaps = 2});
    SECTION("those that wait") {
        ask(set, "/a", SweepDepth::full, late);
        ask(set, "/b", SweepDepth::changed, early);
        ask(set, "/c", SweepDepth::changed, {});
    }
    SECTION("the one that finds no room") {
        ask(set, "/a", SweepDepth::changed, late);
        ask(set, "/b", SweepDepth::changed, {});
        ask(set, "/c", SweepDepth::full, early);
    }
    SECTION("one that comes when all is widened already") {
        for (const auto* scope : {"/a", "/b", "/c"}) ask(set, scope, SweepDepth::changed, late);
        for (const auto* scope : {"/d", "/e"}) ask(set, scope, SweepDepth::full, early);
    }
    SECTION("and a gap that finds no room") {
        ask(set, "/a", SweepDepth::full, late);
        ask(set, "/b", SweepDepth::changed, early);
        set.gap({"/c", "lost", 1, {}});
    }
    CHECK(set.counters().gaps <= 2);
    const auto all = set.take_sweep();
    REQUIRE((all && all->gap));
    CHECK(all->sweep.scope.empty());
    CHECK(all->sweep.depth == SweepDepth::full);
    CHECK(all->sweep.unwatched_since == early);
    CHECK(work(set) == "none");
}

TEST_CASE("a sweep has room while half the set is free, and leaves the rest to the kernel") {
    TouchSet set(kTimes, {.names = 4});
    CHECK(set.has_room_for_sweep());
    set.touch(touch(Act::look, "/a", 1000));
    CHECK(set.has_room_for_sweep());
    set.touch(touch(Act::look, "/b", 1000));
    CHECK_FALSE(set.has_room_for_sweep());
    CHECK(taken(set, 1020) == "/a");
    CHECK(set.has_room_for_sweep());
    TouchSet tiny(kTimes, {.names = 1});
    CHECK(tiny.has_room_for_sweep());
}
