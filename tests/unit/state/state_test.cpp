#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "touchstone/state.hpp"
#include "unit/baseline/samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

OutgoingEvent event(std::uint64_t sequence) {
    return {sequence, "id" + std::to_string(sequence), "{\"n\":\"\xff\"}", {"MESSAGE=hello", std::string("RAW=\0\n\xff", 7)}};
}

std::vector<std::uint64_t> sequences(State& state, std::uint64_t after, std::size_t at_most = 100) {
    std::vector<std::uint64_t> out;
    const auto events = state.after(after, at_most);
    REQUIRE(events);
    for (const auto& each : *events) out.push_back(each.sequence);
    return out;
}

using Sequences = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("rows of every kind come back after opening again") {
    ScratchDirectory directory;
    auto follows = seen("/log", 5);
    follows.follows_baseline = true;
    auto unreadable = gone("/u");
    unreadable.look = Unreadable{EACCES, "open", file(9)};
    const std::vector<Observation> rows{seen("/a\xff", extreme()), follows, unreadable, gone("/gone")};
    {
        auto state = State::open(directory / "state");
        REQUIRE(state);
        CHECK(state->recovered().empty());
        for (const auto& row : rows) REQUIRE(state->put(row));
        REQUIRE(state->sync());
    }
    auto state = State::open(directory / "state");
    REQUIRE(state);
    CHECK(state->recovered().empty());
    for (const auto& row : rows) {
        const auto found = state->find(row.path);
        REQUIRE(found);
        REQUIRE(*found);
        CHECK(same(**found, row));
    }
    CHECK(state->paths_of({0xfe00, 9}).value() == std::vector<std::string>{"/u"});
    CHECK(state->paths_of({0, 0})->empty());
    REQUIRE(state->forget("/gone"));
    REQUIRE(state->forget("/never"));
    CHECK(state->find("/gone").value() == std::nullopt);
    REQUIRE(state->forget_all());
    CHECK(state->find("/log").value() == std::nullopt);
    CHECK(state->put(seen("relative", 1)).error().kind == ErrorKind::bad_input);
}

TEST_CASE("the state is private") {
    ScratchDirectory directory;
    auto state = State::open(directory / "a/b/state");
    REQUIRE(state);
    struct stat status{};
    REQUIRE(::stat((directory / "a/b/state").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    for (const std::string name : {"state.db", "state.db-wal", "state.db-shm"}) {
        INFO(name);
        REQUIRE(::stat((directory / ("a/b/state/" + name)).c_str(), &status) == 0);
        CHECK((status.st_mode & 07777) == 0600);
    }
}

TEST_CASE("what is not committed is seen by the writer alone, and rolled back") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state);
    REQUIRE(state->put(seen("/a", 1)));
    REQUIRE(state->begin());
    REQUIRE(state->put(seen("/a", 2)));
    REQUIRE(state->enqueue(event(1)));
    REQUIRE(state->set_value("k", "new"));
    CHECK(state->find("/a").value()->attributes()->id.inode == 2);
    CHECK(state->paths_of({0xfe00, 2})->size() == 1);
    CHECK(state->outbox_size().value() == 1);

    auto beside = KnownStore::open("", directory.path());
    REQUIRE(beside);
    CHECK(beside->find("/a").value()->attributes()->id.inode == 1);
    CHECK(beside->value("k").value() == std::nullopt);
    CHECK_FALSE(state->begin());

    state->rollback();
    CHECK(state->find("/a").value()->attributes()->id.inode == 1);
    CHECK(state->outbox_size().value() == 0);
    state->rollback();  // nothing to roll back is no harm
    REQUIRE(state->begin());
    REQUIRE(state->put(seen("/a", 3)));
    REQUIRE(state->set_value("k", std::string("v\0\xff", 3)));
    REQUIRE(state->commit());
    CHECK(beside->find("/a").value()->attributes()->id.inode == 3);
    CHECK(beside->value("k").value() == std::string("v\0\xff", 3));
    CHECK_FALSE(state->commit());
}

TEST_CASE("the outbox keeps order, gives pieces, and drops what all have") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state);
    for (const std::uint64_t n : {3, 1, 2, 7, 5}) REQUIRE(state->enqueue(event(n)));
    CHECK(sequences(*state, 0) == Sequences{1, 2, 3, 5, 7});
    CHECK(sequences(*state, 2, 2) == Sequences{3, 5});
    CHECK(sequences(*state, 7).empty());
    CHECK(sequences(*state, ~std::uint64_t{0}).empty());
    const auto got = state->after(6, 1);
    CHECK(got->front().id == "id7");
    CHECK(got->front().json == event(7).json);
    CHECK(got->front().journal_fields == event(7).journal_fields);
    CHECK(state->enqueue(event(7)).error().code == EEXIST);
    CHECK(state->enqueue(event(~std::uint64_t{0})).error().kind == ErrorKind::bad_input);

    CHECK(state->outbox_size().value() == 5);
    REQUIRE(state->drop_through(3));
    CHECK(state->outbox_size().value() == 2);
    REQUIRE(state->drop_through(3));
    CHECK(sequences(*state, 0) == Sequences{5, 7});
    REQUIRE(state->drop_through(~std::uint64_t{0}));
    CHECK(state->outbox_size().value() == 0);
}

TEST_CASE("an output never seen is owed nothing that came before it") {
    ScratchDirectory directory;
    {
        auto state = State::open(directory.path());
        REQUIRE(state);
        CHECK(state->cursor("json")->delivered == 0);
        for (const std::uint64_t n : {4, 9}) REQUIRE(state->enqueue(event(n)));
        CHECK(state->cursor("json")->delivered == 9);
        CHECK(state->cursor("json")->position.empty());
        REQUIRE(state->set_cursor("json", {4, "1:2:\xff"}));
        REQUIRE(state->set_cursor("old", {1, ""}));
        REQUIRE(state->drop_through(9));
        REQUIRE(state->drop_through(9));
    }
    auto state = State::open(directory.path());
    REQUIRE(state);
    CHECK(state->cursor("journald")->delivered == 9);
    CHECK(state->cursor("json")->delivered == 4);
    CHECK(state->cursor("json")->position == "1:2:\xff");
    CHECK(state->cursor("old")->delivered == 1);
    REQUIRE(state->forget_cursors_except({"json", "journald"}));
    CHECK(state->cursor("json")->delivered == 4);
    CHECK(state->cursor("old")->delivered == 9);
}

TEST_CASE("what a killed daemon committed is there, and nothing else") {
    ScratchDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        auto state = State::open(directory.path());
        if (!state || !state->begin() || !state->put(seen("/kept", 1)) || !state->enqueue(event(1)) || !state->commit()) ::_exit(1);
        if (!state->begin() || !state->put(seen("/lost", 1)) || !state->enqueue(event(2))) ::_exit(1);
        ::_exit(0);  // no destructor: as after a kill
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(status == 0);
    auto reader = KnownStore::open("", directory.path());
    REQUIRE(reader);
    CHECK(reader->find("/kept").value());
    auto state = State::open(directory.path());
    REQUIRE(state);
    CHECK(state->recovered().empty());
    CHECK(state->find("/kept").value());
    CHECK(state->find("/lost").value() == std::nullopt);
    CHECK(sequences(*state, 0) == Sequences{1});
}

TEST_CASE("the write-ahead log does not grow with every commit") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state);
    for (std::uint64_t round = 0; round < 200; ++round) {  // 50 MiB of log
        REQUIRE(state->begin());
        for (std::uint64_t i = 0; i < 100; ++i) REQUIRE(state->put(seen("/" + std::to_string(i * 7919 % 1000), round)));
        REQUIRE(state->set_value("big", std::string(200'000, static_cast<char>(round))));
        REQUIRE(state->commit());
    }
    CHECK(std::filesystem::file_size(directory / "state.db-wal") < 24 << 20);
}
