#include "amendments.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

TEST_CASE("the oldest are given up when there are too many: counted, and said once") {
    constexpr std::size_t kMost = 20;
    Amendments amendments(kMost);
    const Subject subject;
    const WallTime now{std::chrono::hours(1)};
    std::size_t said = 0;
    for (std::size_t i = 0; i < kMost; ++i) said += amendments.add(std::to_string(i), subject, now) ? 1 : 0;
    CHECK(said == 0);
    CHECK(amendments.given_up() == 0);
    for (std::size_t i = 0; i < 10; ++i) said += amendments.add("more", subject, now) ? 1 : 0;
    CHECK(said == 1);
    CHECK(amendments.given_up() == 10);
    CHECK(amendments.waiting() == kMost);
    // What is too old to be amended makes room, and it may begin anew.
    Panel panel({}, "/nowhere");
    amendments.reconsider(panel, DigestAlgorithm::sha256, now + Amendments::kFor + std::chrono::seconds(1), [](const Observation&) { return true; });
    CHECK(amendments.waiting() == 0);
    for (std::size_t i = 0; i <= kMost; ++i) said += amendments.add("again", subject, now) ? 1 : 0;
    CHECK(said == 2);
}
