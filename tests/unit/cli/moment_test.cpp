#include "moment.hpp"

#include <catch2/catch.hpp>

#include "touchstone/approval.hpp"

using namespace touchstone;
using namespace touchstone::cli;

TEST_CASE("times from now on, days and moments; whole seconds") {
    const auto now = *parse_utc_seconds("2026-01-31T12:00:00Z");
    const auto text = [&](const char* words) {
        const auto time = moment(words, now + std::chrono::milliseconds(900));
        return time ? to_utc_seconds(*time) : std::string("none");
    };
    CHECK(text("90s") == "2026-01-31T12:01:30Z");
    CHECK(text("30min") == "2026-01-31T12:30:00Z");
    CHECK(text("2h") == "2026-01-31T14:00:00Z");
    CHECK(text("3d") == "2026-02-03T12:00:00Z");
    CHECK(text("2026-02-01") == "2026-02-01T00:00:00Z");
    CHECK(text("2026-02-01T10:00:00Z") == "2026-02-01T10:00:00Z");
    CHECK(moment("2h", now + std::chrono::milliseconds(900)) == now + std::chrono::hours(2));
    for (const char* no : {"", "2", "h", "-2h", "2 h", "2h ago", "2026-02-30", "2026-02-01 10:00", "99999d", "4294967296s"}) CHECK(text(no) == "none");
}
