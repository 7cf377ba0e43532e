#include "budget.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace std::chrono_literals;

TEST_CASE("what was used is slept off, so that the share is kept") {
    Budget budget(0.05);
    CHECK(budget.charge(10ms, 10ms) == 190ms);
    CHECK(budget.charge(0ms, 100ms) == 90ms);
    CHECK(budget.charge(0ms, 90ms) == 0ms);
}

TEST_CASE("over any number of steps no more than the share is used") {
    Budget budget(0.2);
    Nanoseconds used{}, all{};
    for (int i = 1; i <= 1000; ++i) {
        const Nanoseconds step = std::chrono::microseconds(i);
        const auto sleep = budget.charge(step, step);
        used += step;
        all += step + sleep;
        budget.charge(0ms, sleep);
    }
    CHECK(static_cast<double>(used.count()) / static_cast<double>(all.count()) == Approx(0.2));
}

TEST_CASE("idling saves nothing for later") {
    Budget budget(0.5);
    CHECK(budget.charge(0ms, 1h) == 0ms);
    CHECK(budget.charge(10ms, 10ms) == 10ms);
}
