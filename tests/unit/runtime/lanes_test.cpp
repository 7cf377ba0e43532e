#include "lanes.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <thread>

using namespace touchstone;

namespace {

constexpr std::uint64_t kStep = 4 << 20;

Lanes::Limits limits() {
    Lanes::Limits limits;
    limits.seats = 1;
    limits.slow = 2;
    limits.short_time = std::chrono::hours(1);
    limits.turn = Nanoseconds::zero();  // over whenever somebody waits for one
    return limits;
}

bool happens(const std::future<void>& it) { return it.wait_for(std::chrono::seconds(60)) == std::future_status::ready; }

}  // namespace

TEST_CASE("a look that reads little keeps its seat") {
    Lanes lanes(limits());
    Pulse pulse("one");
    lanes.sit();
    Lanes::Look look(lanes, pulse);
    CHECK(look.begin("/small", 64 << 20));
    for (int i = 0; i < 100; ++i) CHECK(look.go_on(kStep));
    CHECK(look.seated());
    CHECK(lanes.slow().empty());
}

TEST_CASE("a look that reads much makes room for another, and says what it reads") {
    Lanes lanes(limits());
    Pulse pulse("one");
    lanes.sit();
    Lanes::Look look(lanes, pulse);
    CHECK(look.begin("/large", (64 << 20) + 1));
    CHECK_FALSE(look.seated());
    const auto other = std::async(std::launch::async, [&] { lanes.sit(); });
    CHECK(happens(other));
    CHECK(look.go_on(kStep));
    REQUIRE(lanes.slow().size() == 1);
    CHECK(lanes.slow()[0].path == "/large");
    CHECK(lanes.slow()[0].bytes == (64 << 20) + 1);
    CHECK(lanes.slow()[0].read == kStep);
    CHECK(look.begin("/another-name", 1 << 30));  // of the same group
    CHECK(lanes.slow()[0].path == "/another-name");
    look.finish();
    CHECK(lanes.slow().empty());
    CHECK_FALSE(look.seated());
}

TEST_CASE("so does one that takes long, if there is room in the slow lane") {
    auto impatient = limits();
    impatient.short_time = Nanoseconds(-1);
    impatient.slow = 1;
    Lanes lanes(impatient);
    Pulse pulse("one");
    lanes.sit();
    Lanes::Look look(lanes, pulse);
    CHECK(look.begin("/slow", 10));
    CHECK(look.go_on(kStep));
    CHECK_FALSE(look.seated());
    lanes.sit();
    Lanes::Look other(lanes, pulse);
    CHECK(other.begin("/slow-too", 10));
    CHECK(other.go_on(kStep));
    CHECK(other.seated());
}

TEST_CASE("what finds the slow lane full is for later") {
    Lanes lanes(limits());
    Pulse pulse("one");
    lanes.sit();
    Lanes::Look one(lanes, pulse);
    CHECK(one.begin("/1", 1 << 30));
    lanes.sit();
    Lanes::Look two(lanes, pulse);
    CHECK(two.begin("/2", 1 << 30));
    lanes.sit();
    Lanes::Look three(lanes, pulse);
    CHECK_FALSE(three.begin("/3", 1 << 30));
    CHECK(three.given_up());
    CHECK(three.seated());
    one.finish();
    Lanes::Look again(lanes, pulse);
    CHECK(again.begin("/3", 1 << 30));
}

TEST_CASE("in the slow lane all take turns, one at a time") {
    Lanes lanes(limits());
    std::atomic<int> steps[2] = {0, 0};
    std::atomic<int> reading = 0;
    std::atomic<bool> crowded = false;
    const auto read = [&](int self) {
        Pulse pulse("reader");
        lanes.sit();
        Lanes::Look look(lanes, pulse);
        if (!look.begin("/large", 1 << 30)) return;
        for (int i = 0; i < 10'000'000 && (steps[0] < 50 || steps[1] < 50); ++i) {  // neither ends before the other has come as far
            if (!look.go_on(kStep)) return;
            if (++reading > 1) crowded = true;
            ++steps[self];
            --reading;
        }
    };
    std::thread one(read, 0), two(read, 1);
    one.join();
    two.join();
    CHECK(steps[0] >= 50);
    CHECK(steps[1] >= 50);
    CHECK_FALSE(crowded);
    CHECK(lanes.slow().empty());
}

TEST_CASE("a stop ends slow looks at once, be they waiting for a turn, and short ones at the deadline") {
    auto few = limits();
    few.seats = 2;
    few.turn = std::chrono::hours(1);
    Lanes lanes(few);
    Pulse pulse("one"), waiting("two");
    lanes.sit();
    Lanes::Look slow(lanes, pulse);
    CHECK(slow.begin("/large", 1 << 30));
    CHECK(slow.go_on(kStep));
    const auto other = std::async(std::launch::async, [&] {
        lanes.sit();
        Lanes::Look look(lanes, waiting);
        look.begin("/large-too", 1 << 30);
        while (look.go_on(kStep)) {}
    });
    while (lanes.slow().size() < 2) std::this_thread::yield();
    lanes.sit();
    Lanes::Look brief(lanes, pulse);
    CHECK(brief.begin("/small", 10));
    lanes.stop(steady_now() + std::chrono::hours(1));
    CHECK(happens(other));
    CHECK_FALSE(slow.go_on(kStep));
    CHECK(slow.given_up());
    CHECK(brief.go_on(kStep));
    Lanes::Look late(lanes, pulse);
    CHECK_FALSE(late.begin("/large", 1 << 30));
    lanes.stop(steady_now());
    CHECK_FALSE(brief.go_on(kStep));
}
