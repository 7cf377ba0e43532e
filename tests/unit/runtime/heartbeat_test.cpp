#include "heartbeat.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

namespace {

Json status(std::uint64_t findings, std::uint64_t lost) {
    return {{"watching", true},
            {"since", "2026-01-31T12:00:00.000000000Z"},
            {"baseline", {{"id", "abc"}, {"objects", 5}}},
            {"probes", {{"tier", "timestamps"}, {"lost", lost}}},
            {"queues", {{"touch_set", {{"waiting", 1}, {"limit", 9}, {"peak", 7}}}}},
            {"counters", {{"findings", findings}, {"gaps", 1}, {"directories", 12}}},
            {"findings", {{"unexpected", findings}}},
            {"outputs", {{{"name", "json"}, {"waiting", 0}, {"failure", ""}}, {{"name", "journald"}, {"waiting", 4}, {"failure", ""}}}},
            {"metrics", {{"failure", "no such directory"}}},
            {"verification", {{"oldest", nullptr}, {"verified_within_period_percent", 99.5}, {"held_back", ""}}},
            {"last_full_comparison", nullptr}};
}

WallTime at(Nanoseconds after) { return WallTime{Nanoseconds{1769860800000000000}} + after; }

}  // namespace

TEST_CASE("a heartbeat counts from the last one") {
    Heartbeat heart;
    auto first = heart.beat(status(3, 10), at(1h)).details;
    CHECK(first["findings"] == "3");
    CHECK(first["findings_unexpected"] == "3");
    CHECK(first["gaps"] == "1");
    CHECK(first["probe_records_lost"] == "10");
    CHECK(first["since"] == "2026-01-31T12:00:00.000000000Z");
    CHECK(heart.last() == at(1h));
    const auto notice = heart.beat(status(5, 10), at(2h));
    auto second = notice.details;
    CHECK(second["findings"] == "2");
    CHECK(second["gaps"] == "0");
    CHECK(second["probe_records_lost"] == "0");
    CHECK(second["since"] == "2026-01-31T13:00:00.000000000Z");
    CHECK(notice.action == NoticeAction::heartbeat);
    CHECK(notice.severity == Severity::low);
    CHECK(notice.text == "watching: 2 findings and 0 gaps since 2026-01-31T13:00:00.000000000Z");
}

TEST_CASE("a heartbeat says how things are, and leaves out what is not known") {
    auto told = Heartbeat().beat(status(0, 0), at(1h)).details;
    CHECK(told["watching"] == "true");
    CHECK(told["baseline_id"] == "abc");
    CHECK(told["touch_set_peak"] == "7");
    CHECK(told["directories"] == "12");
    CHECK(told["verified_within_period_percent"] == "99.5");
    CHECK(told["output json"] == "in step");
    CHECK(told["output journald"] == "4 events behind");
    CHECK(told["output metrics"] == "failing: no such directory");
    CHECK_FALSE(told.contains("verification_oldest"));
    CHECK_FALSE(told.contains("verification_held_back"));
    CHECK_FALSE(told.contains("last_full_comparison_exit"));
}

TEST_CASE("before the watch is on, and of an empty status, a heartbeat says so") {
    CHECK(Heartbeat().beat(Json::object(), at(0s)).text == "not watching yet: 0 findings and 0 gaps since the start");
}
