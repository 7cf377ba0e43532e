#include "liveness.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

constexpr Nanoseconds kPatience = std::chrono::seconds(20);

}  // namespace

TEST_CASE("a pulse that beats or waits is alive, one that does neither is stuck") {
    Pulse pulse("verify 0");
    const auto now = steady_now();
    const auto later = now + std::chrono::hours(1);
    CHECK(pulse.alive(now, kPatience));
    CHECK_FALSE(pulse.alive(later, kPatience));
    pulse.wait();
    CHECK(pulse.alive(later, kPatience));
    pulse.beat();
    CHECK(pulse.alive(steady_now(), kPatience));
    CHECK_FALSE(pulse.alive(later, kPatience));
}

TEST_CASE("the one that is stuck is named") {
    Liveness liveness;
    Pulse& first = liveness.add("recorder");
    Pulse& second = liveness.add("sweep");
    for (int i = 0; i < 100; ++i) liveness.add("other").wait();  // the references stay valid
    const auto later = steady_now() + std::chrono::hours(1);
    CHECK(liveness.stuck(steady_now(), kPatience).empty());
    first.wait();
    CHECK(liveness.stuck(later, kPatience) == "sweep");
    second.wait();
    CHECK(liveness.stuck(later, kPatience).empty());
    first.beat();
    CHECK(liveness.stuck(later, kPatience) == "recorder");
}
