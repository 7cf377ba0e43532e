// What a rotation leaves behind, held against a real state of what was known.
#include <chrono>

#include "compressed.hpp"
#include "rotation_memory.hpp"
#include "scratch.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/rotation.hpp"
#include "touchstone/rotation_names.hpp"
#include "touchstone/state.hpp"

using namespace touchstone;

namespace {

// A directory of logs, what is known of them, and the evidence about it.
class Logs {
public:
    Logs() {
        std::filesystem::create_directory(scratch.path("log"));
        auto opened = State::open(scratch.path("state"));
        REQUIRE(opened);
        state_.emplace(std::move(*opened));
    }

    std::string path(const std::string& name) const { return scratch.path("log/" + name); }
    void write(const std::string& name, const std::string& content) const { scratch.write("log/" + name, content); }
    void rename(const std::string& from, const std::string& to) const { std::filesystem::rename(path(from), path(to)); }
    void remove(const std::string& name) const { REQUIRE(std::filesystem::remove(path(name))); }
    void compress(const std::string& from, const std::string& to) const {
        touchstone::compress(path(to), ARCHIVE_FILTER_GZIP, test::content_of(path(from)));
    }

    // Takes what is there now as known.
    void know(const std::string& name) { put(look(name)); }
    void put(const Observation& row) {
        REQUIRE(state_->begin());
        REQUIRE(state_->put(row));
        REQUIRE(state_->commit());
    }

    Observation look(const std::string& name, const BlockDigests* known = nullptr) {
        LookOptions options;
        options.profile = Profile::log;
        options.known_blocks = known;
        options.verify_all = true;
        return observer_.look(path(name), options, now);
    }

    Rotation evidence(const std::string& name) {
        auto known = KnownStore::open("", scratch.path("state"));
        REQUIRE(known);
        const auto row = known->find(path(name));
        REQUIRE(row);
        const auto* seen = *row ? (*row)->seen() : nullptr;
        const auto found = rotations.find(look(name, seen && seen->blocks ? &*seen->blocks : nullptr), *known, {});
        REQUIRE(found);
        return *found;
    }

    Scratch scratch;
    RotationEvidence rotations{DigestAlgorithm::sha256};
    WallTime now{std::chrono::hours(1'000)};

private:
    std::optional<State> state_;
    Observer observer_ = std::move(*Observer::make(DigestAlgorithm::sha256));
};

bool is_empty(const Rotation& rotation) { return !rotation.to && !rotation.from && !rotation.dropped && !rotation.awaits && !rotation.outdated; }

}  // namespace

TEST_CASE("renamed and begun anew: each end of the rotation is shown") {
    Logs logs;
    logs.write("app.log", "first line\n");
    logs.know("app.log");
    logs.rename("app.log", "app.log.1");
    logs.write("app.log", "begun anew\n");
    CHECK(logs.evidence("app.log").to == logs.path("app.log.1"));
    CHECK(logs.evidence("app.log.1").from == logs.path("app.log"));
}

TEST_CASE("whichever end is looked at and saved first, the other is shown still") {
    for (const bool log_first : {true, false}) {
        CAPTURE(log_first);
        Logs logs;
        logs.write("app.log", "first line\n");
        logs.know("app.log");
        logs.compress("app.log", "app.log.1.gz");
        logs.write("app.log", "");  // truncated: the same inode
        const std::string first = log_first ? "app.log" : "app.log.1.gz";
        const std::string second = log_first ? "app.log.1.gz" : "app.log";
        CHECK_FALSE(is_empty(logs.evidence(first)));
        logs.know(first);
        const auto rotation = logs.evidence(second);
        CHECK((log_first ? rotation.from == logs.path("app.log") : rotation.to == logs.path("app.log.1.gz")));
    }
}

TEST_CASE("what is known of a rotation went on with it, although what was made of it is known to come from the log itself") {
    Logs logs;
    logs.write("app.log", "first line\n");
    logs.know("app.log");
    logs.rename("app.log", "app.log.1");
    logs.compress("app.log.1", "app.log.1.gz");
    CHECK(logs.evidence("app.log.1.gz").from == logs.path("app.log"));
    logs.know("app.log.1.gz");
    logs.know("app.log.1");
    logs.remove("app.log.1");
    CHECK(logs.evidence("app.log.1").to == logs.path("app.log.1.gz"));
}

TEST_CASE("what was made of a log is no evidence for one that came to be like it later") {
    Logs logs;
    logs.write("app.log", "first line\n");
    logs.know("app.log");
    logs.rename("app.log", "app.log.1");
    CHECK(logs.evidence("app.log.1").from == logs.path("app.log"));
    logs.know("app.log.1");
    logs.now += std::chrono::seconds(3);
    logs.write("app.log", "first line\n");
    logs.know("app.log");
    logs.remove("app.log");
    CHECK_FALSE(logs.evidence("app.log").to);
}

TEST_CASE("what was shown is forgotten after a while") {
    Logs logs;
    logs.write("app.log", "first line\n");
    logs.know("app.log");
    logs.compress("app.log", "app.log.1.gz");
    logs.write("app.log", "");
    CHECK(logs.evidence("app.log.1.gz").from);
    logs.know("app.log.1.gz");
    logs.now += std::chrono::hours(1);
    CHECK_FALSE(logs.evidence("app.log").to);
}

TEST_CASE("a log put back over the present one is no rotation: they only get older") {
    Logs logs;
    logs.write("app.log", "present\n");
    logs.write("app.log.1", "older\n");
    logs.know("app.log");
    logs.know("app.log.1");
    logs.rename("app.log.1", "app.log");
    CHECK(is_empty(logs.evidence("app.log")));
    CHECK_FALSE(logs.evidence("app.log.1").to);
}

TEST_CASE("a copy that was there before is no evidence that a log went there") {
    Logs logs;
    for (const auto* name : {"app.log", "app.log.1"}) {
        logs.write(name, "the same first line\n");
        logs.know(name);
    }
    logs.remove("app.log");
    CHECK_FALSE(logs.evidence("app.log").to);
    logs.write("app.log", "x");
    CHECK_FALSE(logs.evidence("app.log").to);
}

TEST_CASE("a sibling that was written over with what the log held is evidence") {
    Logs logs;
    logs.write("app.log", "of today\n");
    logs.write("app.log.1", "of yesterday, and longer\n");
    for (const auto* name : {"app.log", "app.log.1"}) logs.know(name);
    logs.write("app.log.1", "of today\n");  // the same inode
    logs.write("app.log", "");
    CHECK(logs.evidence("app.log").to == logs.path("app.log.1"));
}

TEST_CASE("a copy of the log itself may be made beside it, one of its rotations may not") {
    Logs logs;
    logs.write("app.log", "one\n");
    logs.write("app.log.1", "two\n");
    for (const auto* name : {"app.log", "app.log.1"}) logs.know(name);
    std::filesystem::copy_file(logs.path("app.log"), logs.path("app.log.2"));
    CHECK(logs.evidence("app.log.2").from == logs.path("app.log"));
    std::filesystem::copy_file(logs.path("app.log.1"), logs.path("app.log.3"));
    CHECK_FALSE(logs.evidence("app.log.3").from);
    logs.compress("app.log.1", "app.log.1.gz");
    CHECK(logs.evidence("app.log.1.gz").from == logs.path("app.log.1"));
}

TEST_CASE("a file that is open to more than the log was did not come from it") {
    Logs logs;
    logs.write("app.log", "one\n");
    std::filesystem::permissions(logs.path("app.log"), std::filesystem::perms(0640));
    logs.know("app.log");
    logs.write("app.log.1", "one\n");
    const auto with_mode = [&](unsigned mode) {
        std::filesystem::permissions(logs.path("app.log.1"), std::filesystem::perms(mode));
        return logs.evidence("app.log.1").from.has_value();
    };
    CHECK(with_mode(0640));
    CHECK(with_mode(0600));
    CHECK_FALSE(with_mode(0644));
    CHECK_FALSE(with_mode(0740));
}

TEST_CASE("of two logs that it may have been, a rotation comes from the one whose inode it is, else from that of which more was known") {
    Logs logs;
    logs.write("app.log.1", "first line\nsecond line\n");
    logs.write("app.log", "first line\n");
    for (const auto* name : {"app.log", "app.log.1"}) logs.know(name);
    logs.rename("app.log.1", "app.log.2");
    CHECK(logs.evidence("app.log.2").from == logs.path("app.log.1"));
    logs.compress("app.log.2", "app.log.3.gz");
    logs.remove("app.log.2");
    CHECK(logs.evidence("app.log.3.gz").from == logs.path("app.log.1"));
}

TEST_CASE("what came and went is shown to be in what the compressor made of it") {
    Logs logs;
    logs.write("app.log", "one\n");
    logs.know("app.log");
    logs.rename("app.log", "app.log.1");
    logs.compress("app.log.1", "app.log.1.gz");
    logs.remove("app.log.1");
    CHECK(logs.evidence("app.log.1").to == logs.path("app.log.1.gz"));
    CHECK(is_empty(logs.evidence("other.log.1")));
    logs.write("app.log.1.gz", "something else\n");
    CHECK_FALSE(logs.evidence("app.log.1").to);
}

TEST_CASE("of an empty log its inode is evidence, and so is a new sibling that is empty, also compressed") {
    Logs logs;
    logs.write("app.log", "");
    logs.know("app.log");
    SECTION("renamed, and written to since") {
        logs.rename("app.log", "app.log.1");
        logs.scratch.append("log/app.log.1", "late\n");
        CHECK(logs.evidence("app.log").to == logs.path("app.log.1"));
        CHECK(logs.evidence("app.log.1").from == logs.path("app.log"));
    }
    SECTION("compressed") {
        logs.compress("app.log", "app.log.1.gz");
        logs.remove("app.log");
        CHECK(logs.evidence("app.log").to == logs.path("app.log.1.gz"));
        CHECK(logs.evidence("app.log.1.gz").from == logs.path("app.log"));
    }
    SECTION("copied") {
        logs.write("app.log.1", "");
        CHECK(logs.evidence("app.log.1").from == logs.path("app.log"));
    }
    SECTION("copied, and written to before the copy is looked at") {
        logs.write("app.log.1", "");
        logs.scratch.append("log/app.log", "grown\n");
        CHECK(is_empty(logs.evidence("app.log")));
        logs.know("app.log");
        CHECK(logs.evidence("app.log.1").from == logs.path("app.log"));
    }
    SECTION("anything else is not") {
        logs.write("app.log.1", "anything\n");
        logs.remove("app.log");
        CHECK_FALSE(logs.evidence("app.log").to);
        CHECK_FALSE(logs.evidence("app.log.1").from);
    }
    SECTION("an old empty sibling is not, or deleting an empty log would go unnoticed") {
        logs.write("app.log.1", "");
        logs.know("app.log.1");
        logs.remove("app.log");
        CHECK_FALSE(logs.evidence("app.log").to);
    }
}

namespace {

// app.log, app.log.1 and app.log.2, all known, each with its name as content.
void three(Logs& logs) {
    for (const auto* name : {"app.log", "app.log.1", "app.log.2"}) {
        logs.write(name, std::string(name) + "\n");
        logs.know(name);
    }
}

}  // namespace

TEST_CASE("the last of a row that moved up as a whole was dropped") {
    Logs logs;
    three(logs);
    logs.rename("app.log.1", "app.log.2");
    logs.rename("app.log", "app.log.1");
    logs.write("app.log", "");
    const auto rotation = logs.evidence("app.log.2");
    CHECK(rotation.from == logs.path("app.log.1"));
    CHECK_FALSE(rotation.to);
    CHECK(rotation.dropped);
}

TEST_CASE("a rotation that is overwritten while others stand where they were is lost") {
    Logs logs;
    three(logs);
    SECTION("the last one, by the one before") {
        logs.rename("app.log.1", "app.log.2");
        CHECK(logs.evidence("app.log.2").from == logs.path("app.log.1"));
        CHECK_FALSE(logs.evidence("app.log.2").dropped);
    }
    SECTION("one in the middle, by the log") {
        logs.rename("app.log", "app.log.1");
        CHECK(logs.evidence("app.log.1").from == logs.path("app.log"));
        CHECK_FALSE(logs.evidence("app.log.1").dropped);
    }
    SECTION("the last one, by nothing that was known") {
        logs.remove("app.log");
        logs.remove("app.log.1");
        logs.write("app.log.2", "x");
        CHECK_FALSE(logs.evidence("app.log.2").dropped);
    }
}

TEST_CASE("a new file with the name of a rotation is awaited until something shows what it is") {
    Logs logs;
    logs.write("app.log", "0123456789");
    logs.know("app.log");
    logs.write("app.log.1.gz", "half");
    CHECK(logs.evidence("app.log.1.gz").awaits == 10);
    logs.write("db.log.1.gz", "half");
    CHECK_FALSE(logs.evidence("db.log.1.gz").awaits);
    logs.know("app.log.1.gz");
    logs.write("app.log.1.gz", "other");
    CHECK_FALSE(logs.evidence("app.log.1.gz").awaits);  // it is not new
    logs.compress("app.log", "app.log.2.gz");
    CHECK_FALSE(logs.evidence("app.log.2.gz").awaits);
}

TEST_CASE("a name that came to stand for something else meanwhile is to be looked at again") {
    Logs logs;
    logs.write("app.log", "one\n");
    logs.know("app.log");
    logs.rename("app.log", "app.log.1");
    logs.scratch.append("log/app.log.1", "grown\n");
    const auto before = logs.look("app.log.1");
    logs.compress("app.log.1", "app.log.1.gz");
    logs.remove("app.log.1");
    auto known = KnownStore::open("", logs.scratch.path("state"));
    CHECK(logs.rotations.find(before, *known, {})->outdated);
    const auto now = logs.evidence("app.log.1");
    CHECK_FALSE(now.outdated);
    CHECK(now.to == logs.path("app.log.1.gz"));
}

TEST_CASE("what was known of a log that cannot be read now is evidence still") {
    Logs logs;
    logs.write("app.log", "one\n");
    auto row = logs.look("app.log");
    row.look = Unreadable{EACCES, "open", *row.attributes()};
    logs.put(row);
    logs.rename("app.log", "app.log.1");
    CHECK(logs.evidence("app.log").to == logs.path("app.log.1"));
}

TEST_CASE("what is only unreadable now has not moved") {
    Logs logs;
    logs.write("app.log", "one\n");
    logs.know("app.log");
    std::filesystem::copy_file(logs.path("app.log"), logs.path("app.log.1"));
    auto known = KnownStore::open("", logs.scratch.path("state"));
    Observation now{logs.path("app.log"), logs.now, Unreadable{EIO, "read", std::nullopt}, std::nullopt, false};
    CHECK(is_empty(*logs.rotations.find(now, *known, {})));
}

TEST_CASE("the memory is bounded by age and by what it holds") {
    RotationMemory memory;
    const WallTime now{std::chrono::hours(1'000)};
    KnownLog log{"/l/a", {1, 1}, 0644, 0, 0, {}, now};
    memory.add(log, "/l/a.1", now);
    memory.add(log, "/l/a.2", now + std::chrono::seconds(1));
    REQUIRE(memory.of("/l/a", now).size() == 2);
    CHECK(memory.of("/l/a", now).front().to == "/l/a.2");
    CHECK(memory.of("/l/a", now + std::chrono::hours(1)).empty());
    CHECK(memory.shown_at("/l/a.1", now) == now);
    CHECK_FALSE(memory.shown_at("/l/a.3", now));
    CHECK_FALSE(memory.shown_at("/l/a.1", now + std::chrono::hours(1)));
    log.path = "/l/big";
    log.blocks.full.assign(1 << 20, 'x');
    for (int i = 0; i < 10; ++i) memory.add(log, "/l/big.1", now + std::chrono::seconds(2));
    CHECK(memory.of("/l/big", now).size() == 3);
    CHECK(memory.of("/l/a", now).empty());
}
