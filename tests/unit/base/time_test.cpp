#include "touchstone/time.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

TEST_CASE("times are RFC 3339 in UTC with nine digits") {
    CHECK(to_rfc3339(WallTime{Nanoseconds{0}}) == "1970-01-01T00:00:00.000000000Z");
    CHECK(to_rfc3339(WallTime{Nanoseconds{1769860800123456789}}) == "2026-01-31T12:00:00.123456789Z");
    CHECK(to_rfc3339(WallTime{Nanoseconds{-1}}) == "1969-12-31T23:59:59.999999999Z");
}
