// A full disk is an error with its name, and the state works on when there is room again.
#include <catch2/catch.hpp>

#include "support/scarcity.hpp"
#include "touchstone/state.hpp"
#include "unit/baseline/samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;
using namespace touchstone::test;

namespace {

Status write_batch(State& state, std::uint64_t first, std::uint64_t count) {
    if (auto done = state.begin(); !done) return done;
    for (std::uint64_t i = first; i < first + count; ++i) {
        if (auto done = state.put(seen("/" + std::to_string(i), i)); !done) return done;
        if (auto done = state.enqueue({i, "id", std::string(2000, 'j'), {}}); !done) return done;
    }
    return state.commit();
}

// Fills up; returns how many events were committed before it failed.
std::uint64_t fill_up(State& state) {
    for (std::uint64_t batch = 0; batch < 1000; ++batch) {
        const auto written = write_batch(state, batch * 20 + 1, 20);
        if (written) continue;
        INFO(written.error().what);
        CHECK(written.error().kind == ErrorKind::system);
        CHECK(written.error().code == ENOSPC);
        state.rollback();
        return batch * 20;
    }
    FAIL("never full");
    return 0;
}

}  // namespace

TEST_CASE("a state that cannot grow says so, loses nothing and works on") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state);
    std::uint64_t kept = 0;
    {
        const SmallFiles small(600 << 10);
        kept = fill_up(*state);
        CHECK(kept > 0);
        CHECK(state->outbox_size().value() == kept);
        CHECK(state->find("/1").value());
    }
    REQUIRE(write_batch(*state, kept + 1, 20));
    CHECK(state->outbox_size().value() == kept + 20);
    CHECK(state->find("/" + std::to_string(kept + 20)).value());
}

TEST_CASE("a full disk the same, and again after a restart") {
    ScratchDirectory directory;
    const SmallDisk disk(directory / "disk", "3m");
    if (!disk.mounted()) return;
    {
        auto state = State::open(directory / "disk");
        REQUIRE(state);
        put_content(directory / "disk/filler", std::string(2 << 20, 'f'));
        const auto kept = fill_up(*state);
        CHECK(kept > 0);
        CHECK(state->outbox_size().value() == kept);
        std::filesystem::remove(directory / "disk/filler");
        REQUIRE(write_batch(*state, kept + 1, 20));
        REQUIRE(state->drop_through(kept));
        CHECK(state->outbox_size().value() == 20);
    }
    auto state = State::open(directory / "disk");
    REQUIRE(state);
    CHECK(state->recovered().empty());
    CHECK(state->outbox_size().value() == 20);
}

TEST_CASE("a baseline that does not fit leaves the old one") {
    ScratchDirectory directory;
    const auto old = write(directory / "b", {seen("/old", 1)});
    REQUIRE(old);
    {
        const SmallFiles small(300 << 10);
        auto writer = BaselineWriter::create(directory / "b", info());
        REQUIRE(writer);
        auto bulky = file(1);
        bulky.xattrs["user.x"] = std::string(3000, 'x');
        Status status;
        for (int i = 0; i < 20000 && status; ++i) status = writer->put(seen("/" + std::to_string(i), bulky));
        if (status) {
            const auto committed = writer->commit();
            REQUIRE_FALSE(committed);
            status = fail(committed.error());
        }
        CHECK(status.error().kind == ErrorKind::system);
        CHECK(status.error().code == ENOSPC);
        CHECK(writer->commit().error().code == ENOSPC);
    }
    CHECK(listing(directory.path()) == std::vector<std::string>{"b"});
    CHECK(BaselineReader::open(directory / "b")->info().id == old->id);
    CHECK(write(directory / "b", {seen("/new", 1)}));
}
