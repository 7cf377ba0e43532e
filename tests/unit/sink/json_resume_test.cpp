// Every way in which a killed process or a lost disk cache can leave the log, and what stands in it after the next start: each event once.
#include <catch2/catch.hpp>

#include "support/outgoing.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::test;
namespace fs = std::filesystem;

namespace {

// The log holds events 1 and 2, and the cursor says so.
Cursor begun(const std::string& path) {
    auto sink = make_json_sink(path);
    REQUIRE(sink->resume({}, {}));
    REQUIRE(sink->deliver(events(1, 2)) == 2);
    return *sink->flush();
}

// What runtime does at a start: asks what is owed, then delivers the rest.
void start_again(const std::string& path, const Cursor& cursor, const std::vector<OutgoingEvent>& owed) {
    auto sink = make_json_sink(path);
    const auto now = sink->resume(cursor, owed);
    REQUIRE(now);
    std::vector<OutgoingEvent> rest;
    for (const auto& each : owed)
        if (each.sequence > now->delivered) rest.push_back(each);
    CHECK(sink->deliver(rest) == rest.size());
    const auto end = sink->flush();
    CHECK(end->delivered == (owed.empty() ? cursor.delivered : owed.back().sequence));
}

}  // namespace

TEST_CASE("killed at any byte of any owed line, every event is there exactly once") {
    const ScratchDirectory scratch;
    const auto owed = events(3, 4);
    const auto owed_text = lines_of(owed);
    for (std::size_t written = 0; written <= owed_text.size(); ++written) {
        const auto path = scratch / ("log-" + std::to_string(written));
        const auto cursor = begun(path);
        append_to(path, owed_text.substr(0, written));
        start_again(path, cursor, owed);
        CHECK(content_of(path) == lines_of(events(1, 4)));
    }
}

TEST_CASE("rotated between the kill and the start, torn at any byte: exactly once over both files") {
    const ScratchDirectory scratch;
    const auto owed = events(3, 4);
    const auto owed_text = lines_of(owed);
    for (std::size_t written = 0; written <= owed_text.size(); ++written) {
        const auto path = scratch / ("log-" + std::to_string(written));
        const auto cursor = begun(path);
        append_to(path, owed_text.substr(0, written));
        fs::rename(path, path + ".1");
        start_again(path, cursor, owed);
        CHECK(content_of(path + ".1") + content_of(path) == lines_of(events(1, 4)));
    }
}

TEST_CASE("rotated while running, then killed before the cursor was kept") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    append_to(path, lines_of(events(3, 4)));
    fs::rename(path, path + ".1");
    append_to(path, lines_of(events(5, 5)) + event(6).json.substr(0, 20));
    start_again(path, cursor, events(3, 7));
    CHECK(content_of(path + ".1") == lines_of(events(1, 4)));
    CHECK(content_of(path) == lines_of(events(5, 7)));
}

TEST_CASE("the rotated file is gone: the new one is read from its beginning") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    append_to(scratch / "new", lines_of(events(3, 3)));
    fs::rename(scratch / "new", path);
    start_again(path, cursor, events(3, 4));
    CHECK(content_of(path) == lines_of(events(3, 4)));
}

TEST_CASE("copied and truncated while nobody ran: goes on in what is left") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    fs::resize_file(path, 0);
    start_again(path, cursor, events(3, 4));
    CHECK(content_of(path) == lines_of(events(3, 4)));
}

TEST_CASE("lines of others between ours are left alone and do not confuse") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    const std::string foreign = "# rotated by hand\n" + std::string(300'000, 'y') + "\n";
    append_to(path, lines_of(events(3, 3)) + foreign + lines_of(events(4, 4)) + foreign);
    start_again(path, cursor, events(3, 5));
    CHECK(content_of(path) == lines_of(events(1, 3)) + foreign + lines_of(events(4, 4)) + foreign + lines_of(events(5, 5)));
}

TEST_CASE("a torn line of somebody else is ended, not cut") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    append_to(path, "half a word");
    start_again(path, cursor, events(3, 3));
    CHECK(content_of(path) == lines_of(events(1, 2)) + "half a word\n" + lines_of(events(3, 3)));
}

TEST_CASE("power lost: a torn line whose event is not owed any more, and blocks that never came, are cut") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    SECTION("a torn line, its event lost with the state") { append_to(path, event(9).json.substr(0, 40)); }
    SECTION("a torn line that ends in NULs") { append_to(path, event(3).json.substr(0, 10) + std::string(100, '\0')); }
    SECTION("only NULs") { append_to(path, std::string(4096, '\0')); }
    SECTION("the very first byte") { append_to(path, "{"); }
    start_again(path, cursor, events(3, 3));
    CHECK(content_of(path) == lines_of(events(1, 3)));
}

TEST_CASE("a lost state owes nothing and harms nothing") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    begun(path);
    append_to(path, event(3).json.substr(0, 40));
    start_again(path, {}, {});
    auto sink = make_json_sink(path);
    REQUIRE(sink->resume({}, {}));
    sink->deliver(events(1, 1));
    CHECK(content_of(path) == lines_of(events(1, 2)) + event(3).json.substr(0, 40) + "\n" + lines_of(events(1, 1)));
}

TEST_CASE("a position that is nonsense, or of a file elsewhere, is survived") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    begun(path);
    for (const auto* position : {"nonsense", "1:1:1", "18446744073709551615:18446744073709551615:18446744073709551615"}) {
        auto sink = make_json_sink(path);
        const auto now = sink->resume({2, position}, events(3, 3));
        REQUIRE(now);
        CHECK(now->delivered == 2);
    }
    CHECK(content_of(path) == lines_of(events(1, 2)));
}

TEST_CASE("a long outbox is found again beyond one read") {
    const ScratchDirectory scratch;
    const auto path = scratch / "log";
    const auto cursor = begun(path);
    append_to(path, lines_of(events(3, 2000, 700)));
    start_again(path, cursor, events(3, 2100, 700));
    CHECK(content_of(path) == lines_of(events(1, 2)) + lines_of(events(3, 2100, 700)));
}
