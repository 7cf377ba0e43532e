#include "config/duration.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace touchstone::config;
using namespace std::chrono_literals;

TEST_CASE("durations are a whole number and a unit") {
    CHECK(parse_duration("20ms") == Nanoseconds(20ms));
    CHECK(parse_duration("5s") == Nanoseconds(5s));
    CHECK(parse_duration("1h") == Nanoseconds(1h));
    CHECK(parse_duration("1d") == Nanoseconds(24h));
    CHECK(parse_duration("3m") == Nanoseconds(3min));
    CHECK(parse_duration("3min") == Nanoseconds(3min));
    CHECK(parse_duration("7us") == Nanoseconds(7us));
    CHECK(parse_duration("7ns") == 7ns);
    CHECK(parse_duration("0s") == 0ns);
    for (const auto* text : {"", "5", "s", "-5s", "+5s", " 5s", "5 s", "5s ", "1.5s", "5S", "5sec", "1h30min", "0x5s", "-0s"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("what does not fit is refused, not wrapped") {
    CHECK(parse_duration("106751d") == Nanoseconds(24h * 106'751));
    CHECK_FALSE(parse_duration("106752d"));
    CHECK_FALSE(parse_duration("9223372036854775808ns"));
    CHECK(parse_duration("9223372036854775807ns"));
    CHECK_FALSE(parse_duration("99999999999999999999999s"));
}

TEST_CASE("durations are written in the largest whole unit and read back") {
    CHECK(format_duration(500ms) == "500ms");
    CHECK(format_duration(1000ms) == "1s");
    CHECK(format_duration(90s) == "90s");
    CHECK(format_duration(60s) == "1min");
    CHECK(format_duration(48h) == "2d");
    CHECK(format_duration(0ns) == "0s");
    for (const auto duration : {Nanoseconds(1), Nanoseconds(1'500us), Nanoseconds(90min), Nanoseconds(25h)})
        CHECK(parse_duration(format_duration(duration)) == duration);
}
