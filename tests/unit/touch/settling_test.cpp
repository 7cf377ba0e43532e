// When a touched name is handed out.
#include <catch2/catch.hpp>

#include "unit/touch/drive.hpp"

using namespace drive;

TEST_CASE("nothing waits in an empty set") {
    TouchSet set(kTimes, {});
    CHECK(next(set) == -1);
    CHECK_FALSE(set.take(SteadyTime::max()));
    CHECK_FALSE(set.take_sweep());
}

TEST_CASE("wanted by a sweep: after a moment in which the kernel's word of the change may come") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::look, "/a", 1000));
    CHECK(next(set) == 1020);
    SECTION("it comes") {
        set.touch(touch(Act::attributes, "/a", 1001));
        CHECK(next(set) == 1001);
    }
}

TEST_CASE("about to change, as a probe says: after a moment in which it will have changed, and every writer counts") {
    TouchSet set(kTimes, {});
    auto first = touch(Act::changing, "/a", 1000);
    first.actor = actor("chattr");
    set.touch(first);
    CHECK(next(set) == 1020);
    auto second = touch(Act::attributes, "/a", 1005);
    second.actor = actor("chmod");
    set.touch(second);
    first.at = ms(1006);
    set.touch(first);
    CHECK(next(set) == 1006);
    CHECK(set.take(ms(2000))->pending.names[0].actors.size() == 2);
}

TEST_CASE("closed, or its attributes changed: at once") {
    const auto act = GENERATE(Act::closed, Act::attributes);
    TouchSet set(kTimes, {});
    set.touch(touch(act, "/a", 1000));
    CHECK(next(set) == 1000);
    CHECK(taken(set, 999).empty());
    CHECK(taken(set, 1000) == "/a");
    CHECK(taken(set, 9999).empty());
}

TEST_CASE("new, gone or moved: after a moment in which a successor may come") {
    TouchSet set(kTimes, {});
    SECTION("created and closed") {
        set.touch(touch(Act::created, "/a", 1000));
        set.touch(touch(Act::closed, "/a", 1001));
        CHECK(next(set) == 1021);
    }
    SECTION("deleted") {
        set.touch(touch(Act::deleted, "/a", 1000));
        CHECK(next(set) == 1020);
    }
    SECTION("moved in and out") {
        set.touch(touch(Act::moved_in, "/a", 1000));
        CHECK(next(set) == 1020);
        set.touch(touch(Act::moved_out, "/a", 1007));
        CHECK(next(set) == 1027);
    }
    SECTION("a new directory stays open for nobody") {
        auto made = touch(Act::created, "/d", 1000);
        made.directory = true;
        set.touch(made);
        CHECK(next(set) == 1020);
    }
    SECTION("deleted and made anew, and closed") {
        set.touch(touch(Act::deleted, "/a", 1000));
        set.touch(touch(Act::created, "/a", 1001));
        set.touch(touch(Act::closed, "/a", 1002));
        CHECK(next(set) == 1022);
    }
}

TEST_CASE("a file that stays open is handed out when quiet, and at the latest after the patience") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::modified, "/a", 1000));
    CHECK(next(set) == 1500);
    set.touch(touch(Act::modified, "/a", 1400));
    CHECK(next(set) == 1900);
    for (int at = 1500; at <= 6100; at += 100) set.touch(touch(Act::modified, "/a", at));
    CHECK(next(set) == 6000);
    CHECK(taken(set, 5999).empty());
    CHECK(taken(set, 6000) == "/a");
}

TEST_CASE("its last writer's close ends the wait") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::modified, "/a", 1000));
    set.touch(touch(Act::closed, "/a", 1100));
    CHECK(next(set) == 1100);
}

TEST_CASE("a name looked at again and again comes at growing distance, up to the patience") {
    TouchSet set(kTimes, {});
    std::int64_t at = 10'000;
    std::vector<std::int64_t> distances;
    for (int i = 0; i < 12; ++i) {
        set.touch(touch(Act::closed, "/a", at));
        const auto ready = next(set);
        distances.push_back(ready - at);
        at = ready;
        REQUIRE(taken(set, at) == "/a");
    }
    CHECK(distances == std::vector<std::int64_t>{0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000, 5000});
    // Left in peace long enough, it is as new.
    set.touch(touch(Act::closed, "/a", at + 60'000));
    CHECK(next(set) == at + 60'000);
    CHECK(taken(set, at + 60'000) == "/a");
    set.touch(touch(Act::closed, "/a", at + 60'001));
    CHECK(next(set) == at + 60'020);
}

TEST_CASE("who made a name in a new directory is not who made the directory") {
    const auto name_after = [](const std::vector<std::pair<Act, const char*>>& acts) {
        TouchSet set(kTimes, {});
        for (const auto& [act, who] : acts) {
            auto next = touch(act, "/new/a", 1000);
            next.actor = actor(who);
            set.touch(next);
        }
        return set.take(ms(2000))->pending.names[0];
    };
    const auto names = [](const TouchedName& name) {
        std::string out;
        for (const auto& each : name.actors) out += (out.empty() ? "" : " ") + each->process.name;
        return out;
    };
    CHECK(names(name_after({{Act::look, "mkdir"}})) == "mkdir");
    CHECK(names(name_after({{Act::created, "sh"}, {Act::look, "mkdir"}})) == "sh");
    CHECK(names(name_after({{Act::look, "mkdir"}, {Act::created, "sh"}, {Act::closed, "sh"}})) == "sh");
    CHECK(names(name_after({{Act::look, "mv"}, {Act::modified, "sh"}})) == "mv sh");  // the tree was moved here
}

TEST_CASE("a worker of the kernel that closes for another process is not who wrote") {
    const auto worker = std::make_shared<Actor>(*actor("kworker/1:1"));
    worker->ancestors.emplace_back().pid = 2;
    auto closed = touch(Act::closed, "/a", 1001);
    closed.actor = worker;
    for (const bool writer_known : {true, false}) {
        TouchSet set(kTimes, {});
        auto write = touch(Act::modified, "/a", 1000);
        if (writer_known) write.actor = actor("fio");
        set.touch(write);
        set.touch(closed);
        const auto name = set.take(ms(2000))->pending.names[0];
        REQUIRE(name.actors.size() == (writer_known ? 1 : 0));
        if (writer_known) CHECK(name.actors[0]->process.name == "fio");
        if (!writer_known) CHECK(name.actor_unknown == "closed by the kernel for another process");
        CHECK(name.actors_complete == writer_known);
    }
    TouchSet set(kTimes, {});
    auto write = touch(Act::modified, "/a", 1000);  // as it does for a loop device
    write.actor = worker;
    set.touch(write);
    CHECK(set.take(ms(2000))->pending.names[0].actors[0]->process.name == "kworker/1:1");
}

TEST_CASE("who only compares is no writer, and missed none") {
    auto write = touch(Act::closed, "/a", 1000);
    write.actor = actor("dd");
    auto compare = touch(Act::look, "/a", 1000);
    compare.only_compares = true;
    compare.actor_unknown = "found by comparing";
    auto boot = touch(Act::look, "/a", 1000);
    boot.actor_unknown = "changed while not watching";
    const auto name_after = [](const std::vector<Touch>& touches) {
        TouchSet set(kTimes, {});
        for (const auto& each : touches) set.touch(each);
        return set.take(ms(2000))->pending.names[0];
    };
    for (const auto& touches : {std::vector{write, compare}, std::vector{compare, write}}) {
        const auto name = name_after(touches);
        REQUIRE(name.actors.size() == 1);
        CHECK(name.actors_complete);
        CHECK(name.actor_unknown.empty());
    }
    const auto alone = name_after({compare});
    CHECK_FALSE(alone.actors_complete);
    CHECK(alone.actor_unknown == "found by comparing");
    for (const auto& touches : {std::vector{compare, boot}, std::vector{boot, compare}}) {
        const auto name = name_after(touches);
        CHECK_FALSE(name.actors_complete);
        CHECK(name.actor_unknown == "changed while not watching");
    }
    CHECK_FALSE(name_after({boot, write, compare}).actors_complete);
}

TEST_CASE("who only compares misses no writer who is heard while the name is out, or after it comes out again") {
    const bool meanwhile = GENERATE(true, false);
    TouchSet set(kTimes, {});
    auto compare = touch(Act::look, "/a", 1000);
    compare.only_compares = true;
    compare.actor_unknown = "found by comparing";
    auto write = touch(Act::closed, "/a", 1030);
    write.actor = actor("dd");
    set.touch(compare);
    const auto out = set.take(ms(1020));
    if (meanwhile) set.touch(write);
    set.again(out->token, ms(1031));
    if (!meanwhile) set.touch(write);
    const auto name = set.take(ms(2000))->pending.names[0];
    CHECK(name.actors.size() == 1);
    CHECK(name.actors_complete);
    CHECK(name.actor_unknown.empty());
}

TEST_CASE("touches of one name become one, and say all that happened") {
    TouchSet set(kTimes, {});
    for (int i = 0; i < 1000; ++i) {
        auto write = touch(Act::modified, "/a", 1000 + i);
        write.actor = actor(i % 2 == 0 ? "cat" : "dd");
        set.touch(write);
    }
    auto sweep = touch(Act::look, "/a", 2000);
    sweep.verify_all = true;
    sweep.unwatched_since = WallTime(std::chrono::seconds(5));
    sweep.actor = actor("cat");
    set.touch(sweep);
    const auto group = set.take(ms(2600));
    REQUIRE(names_of(group) == "/a");
    const auto& name = group->pending.names[0];
    CHECK(name.acts == (bit(Act::modified) | bit(Act::look)));
    CHECK(name.first == WallTime(std::chrono::milliseconds(1000)));
    CHECK(name.last == WallTime(std::chrono::milliseconds(2000)));
    CHECK(name.verify_all);
    CHECK(name.unwatched_since == WallTime{});  // the kernel told of it: it was watched
    REQUIRE(name.actors.size() == 2);
    CHECK(name.actors[0]->process.name == "cat");
    CHECK(name.actors[1]->process.name == "dd");  // the sweep's does not count: dd wrote last
    CHECK(name.actors_complete);
    CHECK(set.counters().touches == 1001);
    CHECK(set.counters().coalesced == 1000);
    CHECK(set.counters().waiting == 0);
    CHECK(set.counters().waiting_peak == 1);
    CHECK(set.counters().looked_at == 1);
}

TEST_CASE("the last writers are kept, and that some were not is said") {
    TouchSet set(kTimes, {.actors = 2});
    for (const auto* who : {"one", "two", "three"}) {
        auto write = touch(Act::closed, "/a", 1000);
        write.actor = actor(who);
        set.touch(write);
    }
    auto unknown = touch(Act::closed, "/b", 1000);
    unknown.actor_unknown = "gone";
    set.touch(unknown);
    const auto a = set.take(ms(1000));
    const auto b = set.take(ms(1000));
    REQUIRE(names_of(a) == "/a");
    REQUIRE(a->pending.names[0].actors.size() == 2);
    CHECK(a->pending.names[0].actors[1]->process.name == "three");
    CHECK_FALSE(a->pending.names[0].actors_complete);
    REQUIRE(names_of(b) == "/b");
    CHECK(b->pending.names[0].actor_unknown == "gone");
}

TEST_CASE("names come in the order in which they are ready") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::deleted, "/late", 1000));
    set.touch(touch(Act::closed, "/b", 1002));
    set.touch(touch(Act::closed, "/a", 1001));
    CHECK(taken(set, 2000) == "/a");
    CHECK(taken(set, 2000) == "/b");
    CHECK(taken(set, 2000) == "/late");
}

TEST_CASE("while a name is out, its touches wait inside and come out later") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::closed, "/a", 1000));
    const auto out = set.take(ms(1000));
    REQUIRE(out);
    set.touch(touch(Act::closed, "/a", 1001));
    CHECK(names_of(set.take(ms(1'000'000))).empty());
    CHECK(next(set) == -1);  // nothing can be had before done()
    CHECK(set.counters().waiting == 1);
    set.done(out->token, ms(1050));
    CHECK(next(set) == 1020);
    CHECK(taken(set, 1050) == "/a");
}

TEST_CASE("a look that told nothing final is taken again, with all that was known, at growing distance") {
    TouchSet set(kTimes, {});
    auto write = touch(Act::closed, "/a", 1000);
    write.actor = actor("dd");
    set.touch(write);
    const auto out = set.take(ms(1000));
    auto change = touch(Act::attributes, "/a", 1010);
    change.actor = actor("chmod");
    set.touch(change);
    set.again(out->token, ms(1015));
    CHECK(next(set) == 1020);
    const auto second = set.take(ms(1020));
    REQUIRE(names_of(second) == "/a");
    CHECK(second->pending.names[0].acts == (bit(Act::closed) | bit(Act::attributes)));
    REQUIRE(second->pending.names[0].actors.size() == 2);
    CHECK(second->pending.names[0].actors[0]->process.name == "dd");
    CHECK(second->pending.names[0].first == WallTime(std::chrono::milliseconds(1000)));
    set.again(second->token, ms(1021));
    CHECK(next(set) == 1060);
}

TEST_CASE("whoever waits is woken when something is ready earlier, and not for every write") {
    TouchSet set(kTimes, {});
    int woken = 0;
    set.on_change([&] { ++woken; });
    set.touch(touch(Act::modified, "/a", 1000));
    CHECK(woken == 1);
    set.touch(touch(Act::modified, "/a", 1100));
    set.touch(touch(Act::deleted, "/b", 2000));
    CHECK(woken == 1);
    set.touch(touch(Act::closed, "/c", 1200));
    CHECK(woken == 2);
    auto out = set.take(ms(1200));
    set.done(out->token, ms(1200));
    CHECK(woken == 2);  // nobody waited for it
    set.touch(touch(Act::closed, "/c", 1300));
    CHECK(woken == 3);
    out = set.take(ms(1400));
    set.touch(touch(Act::closed, "/c", 1400));
    CHECK(woken == 4);
    CHECK_FALSE(set.take(ms(1500)));
    set.done(out->token, ms(1500));
    CHECK(woken == 5);
    set.gap({"/d", "lost", 1, {}});
    CHECK(woken == 6);
    set.sweep({"/e", "moved in", SweepDepth::changed, nullptr, "", {}, false});
    CHECK(woken == 7);
}

TEST_CASE("a file whose writer is awaited comes out when it is closed, and at the latest when said") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::created, "/a", 1000));
    const auto group = set.take(ms(1500));
    REQUIRE(names_of(group) == "/a");
    CHECK(group->pending.names[0].open);
    SECTION("in the end") {
        set.await_close(group->token, ms(60'000));
        set.touch(touch(Act::modified, "/a", 2000));
        CHECK(taken(set, 59'999).empty());
        const auto late = set.take(ms(60'000));
        REQUIRE(names_of(late) == "/a");
        CHECK(late->pending.names[0].open);
        CHECK(late->pending.names[0].first == WallTime(std::chrono::milliseconds(1000)));
    }
    SECTION("closed") {
        set.await_close(group->token, ms(60'000));
        CHECK(taken(set, 30'000).empty());
        set.touch(touch(Act::closed, "/a", 30'000));
        const auto closed = set.take(ms(30'000));
        REQUIRE(names_of(closed) == "/a");
        CHECK_FALSE(closed->pending.names[0].open);
    }
    SECTION("closed while it was out") {
        set.touch(touch(Act::closed, "/a", 1501));
        set.await_close(group->token, ms(60'000));
        CHECK(taken(set, 1530) == "/a");
    }
    SECTION("deleted") {
        set.await_close(group->token, ms(60'000));
        set.touch(touch(Act::deleted, "/a", 2000));
        CHECK(taken(set, 2020) == "/a");
    }
}

TEST_CASE("a name that should go by itself comes out when it is touched, and at the latest when said") {
    TouchSet set(kTimes, {});
    set.touch(touch(Act::created, "/a.new", 1000));
    set.touch(touch(Act::closed, "/a.new", 1000));
    const auto group = set.take(ms(1020));
    REQUIRE(names_of(group) == "/a.new");
    SECTION("in the end") {
        set.await_touch(group->token, ms(6000));
        CHECK(taken(set, 5999).empty());
        const auto late = set.take(ms(6000));
        REQUIRE(names_of(late) == "/a.new");
        CHECK(late->pending.names[0].first == WallTime(std::chrono::milliseconds(1000)));
    }
    SECTION("renamed") {
        set.await_touch(group->token, ms(6000));
        set.touch(rename("/a.new", "/a", 2000));
        CHECK(taken(set, 2020) == "/a /a.new");
    }
    SECTION("deleted while it was out") {
        set.touch(touch(Act::deleted, "/a.new", 1021));
        set.await_touch(group->token, ms(6000));
        CHECK(taken(set, 1060) == "/a.new");
    }
}
