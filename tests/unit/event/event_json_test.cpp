#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "samples.hpp"
#include "touchstone/bytes.hpp"

using namespace touchstone;
using namespace touchstone::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path kGolden = fs::path(TOUCHSTONE_SOURCE_DIR) / "tests/golden";

std::string line_of(const Event& event) { return to_json(event, event_id(event, host()), host()); }
json parsed(const Event& event) { return json::parse(line_of(event)); }

std::string first_line(const fs::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace

// UPDATE_GOLDEN=1 writes the files anew; read the difference before committing it.
TEST_CASE("events are, byte for byte, what tests/golden shows") {
    const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
    std::set<std::string> expected;
    for (const auto& [name, event] : samples()) {
        const auto path = kGolden / (name + ".json");
        if (update) std::ofstream(path) << line_of(event) << '\n';
        INFO(name);
        CHECK(line_of(event) == first_line(path));
        expected.insert(path.filename());
    }
    for (const auto& entry : fs::directory_iterator(kGolden))
        if (entry.path().extension() == ".json") CHECK(expected.contains(entry.path().filename()));
}

TEST_CASE("keys come in the documented order") {
    const auto order = [](const nlohmann::ordered_json& object) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : object.items()) keys.push_back(key);
        return keys;
    };
    const auto line = nlohmann::ordered_json::parse(line_of(changed()));
    CHECK(order(line) == std::vector<std::string>{"@timestamp", "ecs", "event", "message", "file", "process", "user", "host", "rule", "tags",
                                                  "touchstone"});
    CHECK(order(line["event"]) ==
          std::vector<std::string>{"id", "kind", "category", "type", "action", "sequence", "severity", "module", "dataset"});
}

TEST_CASE("the file is shown as it is now, or as it last was") {
    auto event = changed();
    CHECK(parsed(event)["file"]["inode"] == "1234");
    CHECK(parsed(event)["file"]["hash"]["sha256"] == to_hex(std::string(32, '\xab')));
    finding_of(event).after.reset();
    CHECK(parsed(event)["file"]["inode"] == "1200");
    finding_of(event).before.reset();
    CHECK(parsed(event)["file"] == json{{"path", "/etc/passwd"}});
    CHECK_FALSE(parsed(event)["touchstone"].contains("object"));
}

TEST_CASE("only an unexpected finding is an alert") {
    auto event = changed();
    CHECK(parsed(event)["event"]["kind"] == "alert");
    for (const auto verdict : {Verdict::expected, Verdict::authorized}) {
        finding_of(event).verdict = verdict;
        CHECK(parsed(event)["event"]["kind"] == "event");
    }
    for (const auto& [name, sample] : samples())
        if (!std::holds_alternative<Finding>(sample.body)) CHECK(parsed(sample)["event"]["kind"] == "event");
}

TEST_CASE("process is the last writer, and is never guessed") {
    auto event = changed();
    auto& touch = finding_of(event).touch;
    SECTION("the last of two") {
        auto second = *touch.actors.front();
        second.process.pid = 5;
        touch.actors.push_back(std::make_shared<const Actor>(second));
        CHECK(parsed(event)["process"]["pid"] == 5);
        CHECK(parsed(event)["touchstone"]["actors"].size() == 2);
    }
    SECTION("an unknown last writer behind a known one") {
        touch.actors.push_back(nullptr);
        CHECK_FALSE(parsed(event).contains("process"));
        CHECK_FALSE(parsed(event).contains("user"));
        CHECK(parsed(event)["touchstone"]["actors"].size() == 1);
        CHECK_FALSE(parsed(event)["touchstone"]["actor_unknown"].get<std::string>().empty());
    }
    SECTION("nobody, and the reason") {
        touch.actors.clear();
        touch.actor_unknown = "ended before its first event was read";
        CHECK_FALSE(parsed(event).contains("process"));
        CHECK(parsed(event)["touchstone"]["actor_unknown"] == "ended before its first event was read");
    }
    SECTION("the nearest parent in process, the others in ancestors") {
        CHECK(parsed(event)["process"]["parent"]["name"] == "bash");
        CHECK(parsed(event)["touchstone"]["ancestors"].size() == 2);
        CHECK(parsed(event)["touchstone"]["ancestors"][0]["name"] == "sudo");
    }
}

TEST_CASE("latency is counted for what was heard, never for what a sweep found, and is never negative") {
    auto event = changed();
    CHECK(parsed(event)["touchstone"]["latency_us"] == 812);
    CHECK(parsed(event)["touchstone"]["latency_from"] == "receipt");
    event.reported = event.at - Nanoseconds{5000};  // the clock was set
    CHECK(parsed(event)["touchstone"]["latency_us"] == 0);
    finding_of(event).touch.acts = bit(Act::look);
    CHECK_FALSE(parsed(event)["touchstone"].contains("latency_us"));
}

TEST_CASE("what nobody can know of a gap is left out") {
    Event event;
    event.body = Gap{"/etc", "overflow", 0, at(0)};
    CHECK(parsed(event)["touchstone"]["gap"] == json{{"scope", "/etc"}, {"reason", "overflow"}});
}

TEST_CASE("every digest goes under its own name") {
    auto event = changed();
    for (const auto algorithm : kDigestAlgorithms) {
        event.digest = algorithm;
        CHECK(parsed(event)["file"]["hash"].contains(std::string(field_name(algorithm))));
    }
}
