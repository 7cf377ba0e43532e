#include <cstdlib>
#include <ctime>

#include <catch2/catch.hpp>

#include "touchstone/time_words.hpp"

using namespace touchstone;
using namespace touchstone::reader;

namespace {

// In a zone of its own, two hours ahead of UTC.
std::string parsed(const char* text) {
    ::setenv("TZ", "XYZ-2", 1);
    ::tzset();
    const auto now = *parse_rfc3339("2026-11-29T23:10:00.5Z");  // 01:10:00.5 of the 30th there
    const auto time = parse_time_words(text, now);
    return time ? to_rfc3339(*time).substr(0, 21) : "none";
}

}  // namespace

TEST_CASE("days and clock times are local") {
    CHECK(parsed("2026-11-29") == "2026-11-28T22:00:00.0");
    CHECK(parsed("2026-11-29 14:30") == "2026-11-29T12:30:00.0");
    CHECK(parsed("2026-11-29T14:30:05.25") == "2026-11-29T12:30:05.2");
    CHECK(parsed("14:30") == "2026-11-30T12:30:00.0");
    CHECK(parsed("today") == "2026-11-29T22:00:00.0");
    CHECK(parsed("yesterday") == "2026-11-28T22:00:00.0");
    CHECK(parsed("tomorrow") == "2026-11-30T22:00:00.0");
}

TEST_CASE("RFC 3339 has its own offset") {
    CHECK(parsed("2026-11-29T14:30:00Z") == "2026-11-29T14:30:00.0");
    CHECK(parsed("2026-11-29T14:30:00.5+01:00") == "2026-11-29T13:30:00.5");
    CHECK(parsed("2026-01-01t00:30:00-02:30") == "2026-01-01T03:00:00.0");
}

TEST_CASE("distances from now") {
    CHECK(parsed("now") == "2026-11-29T23:10:00.5");
    CHECK(parsed("-2h") == "2026-11-29T21:10:00.5");
    CHECK(parsed("2h ago") == "2026-11-29T21:10:00.5");
    CHECK(parsed("1d 30min ago") == "2026-11-28T22:40:00.5");
    CHECK(parsed("2 weeks ago") == "2026-11-15T23:10:00.5");
    CHECK(parsed("+90s") == "2026-11-29T23:11:30.5");
    CHECK(parsed("@1764426600") == "2025-11-29T14:30:00.0");
}

TEST_CASE("anything else is no time") {
    for (const char* text : {"", " ", "soon", "2026-02-30", "2026-13-01", "26-11-29", "25:00", "14:3", "2h", "-2", "-h", "--2h", "-2h ago", "ago", "x2026-11-29",
                             "2026-11-29T14:30:00Zx", "2026-11-29T14:30:00+0100", "-99999999999999999999h", "@-1", "@9999999999999", "1969-12-31", "2026-11-29 14:30:00.1234567890"})
        CHECK(parsed(text) == "none");
}

TEST_CASE("a distance that goes beyond all time ends there") { CHECK(parsed("-10000w") == "1970-01-01T00:00:00.0"); }
