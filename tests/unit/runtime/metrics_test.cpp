// By the status of a real daemon, in whatever is not read by Prometheus' own parser in tests/e2e/test_reports.py.
#include "metrics.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "metrics_file.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

// What a daemon answered whose every part was on, and whose journald output failed.
Json real_status() {
    std::ifstream file(fs::path(TOUCHSTONE_SOURCE_DIR) / "tests/unit/runtime/status.json");
    return Json::parse(file);
}

bool says(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != std::string::npos; }

std::string content_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// They say nothing on a graph, or, findings, are the sum of those by verdict.
const std::set<std::string> kNoMetric{"/pid", "/counters/findings", "/long_looks/0/bytes", "/long_looks/0/read"};

}  // namespace

TEST_CASE("every number of the status is a metric") {
    const auto status = real_status();
    const auto text = metrics_of(status);
    std::size_t numbers = 0;
    const auto flat = status.flatten();
    for (const auto& [where, value] : flat.items()) {
        if (!value.is_number() || kNoMetric.contains(where)) continue;
        ++numbers;
        auto another = status;
        another[Json::json_pointer(where)] = value.get<double>() + 1;
        INFO(where);
        CHECK(metrics_of(another) != text);
    }
    CHECK(numbers > 50);
}

TEST_CASE("times, shares, flags, labels and counters have the forms of Prometheus") {
    auto status = real_status();
    status["since"] = "2026-01-31T12:00:00.123456789Z";
    status["verification"]["verified_within_period_percent"] = 99.5;
    status["verification"]["held_back"] = "the host runs on battery";
    status["findings"]["unexpected"] = 7;
    status["version"] = "1.0 \"x\\\ny";
    const auto text = metrics_of(status);
    CHECK(says(text, "touchstone_watching_since_timestamp_seconds 1769860800.123"));
    CHECK(says(text, "touchstone_verification_within_period_ratio 0.995"));
    CHECK(says(text, "touchstone_verification_held_back 1"));
    CHECK(says(text, "# TYPE touchstone_findings_total counter\ntouchstone_findings_total{verdict=\"unexpected\"} 7"));
    CHECK(says(text, R"(touchstone_build_info{version="1.0 \"x\\\ny"} 1)"));
    CHECK(says(text, "touchstone_output_failing{output=\"json\"} 0"));
    CHECK(says(text, "touchstone_output_failing{output=\"journald\"} 1"));
}

TEST_CASE("what is not known is left out, with its help") {
    auto status = real_status();
    status["verification"]["oldest"] = nullptr;
    status["last_full_comparison"] = nullptr;
    status.erase("metrics");
    const auto text = metrics_of(status);
    CHECK(text.find("verification_oldest") == std::string::npos);
    CHECK(text.find("check_last") == std::string::npos);
    CHECK(text.find("metrics_written") == std::string::npos);
    CHECK(metrics_of(Json::object()).empty());
    CHECK(metrics_of({{"queues", 7}, {"outputs", "none"}, {"since", "yesterday"}, {"pid", {}}}).empty());
}

TEST_CASE("the file is replaced whole, and readable by everybody") {
    const test::ScratchDirectory scratch;
    const auto file = scratch / "t.prom";
    const auto mask = ::umask(0077);
    REQUIRE(replace_file(file, "old\n"));
    ::umask(mask);
    std::ifstream reader(file);
    REQUIRE(replace_file(file, "new\n"));
    std::string line;
    CHECK((std::getline(reader, line) && line == "old"));
    CHECK(content_of(file) == "new\n");
    CHECK(fs::status(file).permissions() == fs::perms(0644));
    CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

TEST_CASE("a link at the new file's name is not written through") {
    const test::ScratchDirectory scratch;
    std::ofstream(scratch / "victim") << "precious";
    for (const bool symbolic : {true, false}) {
        if (symbolic)
            fs::create_symlink(scratch / "victim", scratch / "t.prom.new");
        else
            fs::create_hard_link(scratch / "victim", scratch / "t.prom.new");
        REQUIRE(replace_file(scratch / "t.prom", "metrics"));
        CHECK(content_of(scratch / "victim") == "precious");
    }
}

TEST_CASE("a failure is told once, and so is its end") {
    const test::ScratchDirectory scratch;
    const fs::path directory = scratch / "missing";
    std::vector<Notice> told;
    const auto put = [&](MetricsFile& file, std::uint64_t tries) {
        for (std::uint64_t i = 0; i < tries; ++i) {
            const auto before = file.report();
            file.put("metrics");
            while (file.report().written == before.written && file.report().failure.empty()) std::this_thread::yield();
        }
    };
    {
        MetricsFile file(directory / "t.prom", [&](Notice notice) { told.push_back(std::move(notice)); });
        put(file, 2);
        CHECK(file.report().failure.find("No such file or directory") != std::string::npos);
    }
    REQUIRE(told.size() == 1);
    CHECK(told[0].action == NoticeAction::output_failed);
    CHECK(told[0].details["output"] == "metrics");
    told.clear();
    {
        MetricsFile file(directory / "t.prom", [&](Notice notice) {
            told.push_back(std::move(notice));
            fs::create_directory(directory);
        });
        file.put("metrics");
        while (!fs::exists(directory)) std::this_thread::yield();
        file.put("metrics");  // written before it is gone
    }
    REQUIRE(told.size() == 2);
    CHECK(told[1].action == NoticeAction::output_recovered);
    CHECK(content_of(directory / "t.prom") == "metrics");
}
