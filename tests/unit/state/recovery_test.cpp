// A damaged state is set aside and begun anew; a copy taken at any moment opens.
#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "touchstone/state.hpp"
#include "unit/baseline/samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

void fill(const std::string& directory) {
    auto state = State::open(directory);
    REQUIRE(state);
    REQUIRE(state->begin());
    for (std::uint64_t i = 0; i < 60; ++i) {
        REQUIRE(state->put(seen("/d" + std::to_string(i % 2) + "/" + std::to_string(i), i + 1)));
        REQUIRE(state->enqueue({i + 1, "id", std::string(300, 'j'), {"A=b"}}));
    }
    REQUIRE(state->set_cursor("json", {3, "x"}));
    REQUIRE(state->set_value("k", "v"));
    REQUIRE(state->commit());
}

std::vector<std::string> set_aside(const std::string& directory, const std::string& suffix = "") {
    std::vector<std::string> out;
    for (const auto& name : listing(directory))
        if (name.find("corrupt") != std::string::npos && name.ends_with("-wal") == (suffix == "-wal") && !name.ends_with("-shm")) out.push_back(name);
    return out;
}

void run_sql(const std::string& path, const std::string& sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    INFO(sql);
    REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(handle);
}

void works(State& state) {
    REQUIRE(state.begin());
    REQUIRE(state.put(seen("/after", 1)));
    REQUIRE(state.enqueue({1'000'000, "id", "{}", {}}));
    REQUIRE(state.commit());
    REQUIRE(state.sync());
    CHECK(state.find("/after").value());
}

}  // namespace

TEST_CASE("a file that is no state is set aside, and said so") {
    ScratchDirectory directory;
    const auto path = directory / "state.db";
    fill(directory.path());
    SECTION("text") { put_content(path, std::string(5000, 'x')); }
    SECTION("another application's") { run_sql(path, "PRAGMA application_id=77"); }
    SECTION("an earlier version") { run_sql(path, "PRAGMA user_version=1"); }
    SECTION("a later version") { run_sql(path, "PRAGMA user_version=1000"); }
    SECTION("a trigger") { run_sql(path, "CREATE TRIGGER t AFTER INSERT ON outbox BEGIN DELETE FROM object; END"); }
    SECTION("a row that is none") { run_sql(path, "UPDATE object SET kind=7 WHERE name=x'31'"); }
    SECTION("an event that is none") { run_sql(path, "UPDATE outbox SET fields=x'ffffffff' WHERE sequence=9"); }
    SECTION("a directory") {
        std::filesystem::remove(path);
        std::filesystem::create_directory(path);
    }
    SECTION("a link") {
        std::filesystem::rename(path, directory / "elsewhere");
        std::filesystem::create_symlink(directory / "elsewhere", path);
    }
    auto state = State::open(directory.path());
    REQUIRE(state);
    const auto aside = set_aside(directory.path());
    REQUIRE(aside.size() == 1);
    CHECK(state->recovered().find(aside.front()) != std::string::npos);
    CHECK(state->find("/d1/1").value() == std::nullopt);
    CHECK(state->outbox_size().value() == 0);
    works(*state);
}

TEST_CASE("its log is set aside with it, and a second damage does not overwrite the first") {
    ScratchDirectory directory;
    for (std::size_t round = 1; round <= 3; ++round) {
        put_content(directory / "state.db", std::string(5000, 'x'));
        put_content(directory / "state.db-wal", "log");
        std::filesystem::last_write_time(directory / "state.db", std::filesystem::file_time_type{});
        REQUIRE(State::open(directory.path()));
        CHECK(set_aside(directory.path()).size() == round);
        const auto logs = set_aside(directory.path(), "-wal");
        REQUIRE(logs.size() == round);
        CHECK(content_of(directory / logs.back()) == "log");
    }
}

TEST_CASE("a truncated state is whole, or set aside, and works again") {
    ScratchDirectory directory;
    fill(directory / "sound");
    const auto sound = content_of(directory / "sound/state.db");
    REQUIRE(sound.size() > 6 * 4096);
    for (std::size_t size = 0; size < sound.size(); size += 4096) {
        const auto copy = directory / ("copy" + std::to_string(size));
        std::filesystem::create_directory(copy);
        std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
        put_content(copy + "/state.db", sound.substr(0, size));
        auto state = State::open(copy);
        INFO(size);
        REQUIRE(state);
        CHECK(state->recovered().empty() == (size == 0));  // an empty file is one just made
        works(*state);
    }
}

TEST_CASE("a state with flipped bytes opens whole or anew, and works") {
    ScratchDirectory directory;
    fill(directory / "sound");
    const auto sound = content_of(directory / "sound/state.db");
    int recovered = 0;
    for (std::size_t place = 0; place < sound.size(); place += place < 100 ? 9 : 997) {
        auto damaged = sound;
        damaged[place] = static_cast<char>(damaged[place] ^ 0x81);
        const auto copy = directory / ("copy" + std::to_string(place));
        std::filesystem::create_directory(copy);
        std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
        put_content(copy + "/state.db", damaged);
        if (auto reader = KnownStore::open("", copy)) {
            CHECK((!reader->each_reported("", [](const Observation&) { return true; }) || reader->find("/d1/1")));
        } else {
            CHECK(reader.error().kind == ErrorKind::corrupt);
        }
        auto state = State::open(copy);
        INFO(place);
        REQUIRE(state);
        recovered += !state->recovered().empty();
        works(*state);
        std::filesystem::remove_all(copy);
    }
    CHECK(recovered > 3);
}

TEST_CASE("database and log copied while a daemon runs open as of the last commit") {
    ScratchDirectory directory;
    auto state = State::open(directory / "live");
    REQUIRE(state);
    for (std::uint64_t round = 1; round <= 10; ++round) {
        REQUIRE(state->begin());
        REQUIRE(state->put(seen("/a", round)));
        REQUIRE(state->enqueue({round, "id", std::string(20'000, 'j'), {}}));
        REQUIRE(state->commit());
        REQUIRE(state->sync());
        const auto copy = directory / ("copy" + std::to_string(round));
        std::filesystem::create_directory(copy);
        std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
        put_content(copy + "/state.db", content_of(directory / "live/state.db"));
        auto log = content_of(directory / "live/state.db-wal");
        if (round % 2 == 0) log += std::string(4096 + 24, 'q');  // torn: written after the last commit
        put_content(copy + "/state.db-wal", log);
        auto after = State::open(copy);
        REQUIRE(after);
        CHECK(after->recovered().empty());
        CHECK(after->find("/a").value()->attributes()->id.inode == round);
        CHECK(after->outbox_size().value() == round);
    }
}
