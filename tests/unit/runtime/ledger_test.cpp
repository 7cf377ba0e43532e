#include "ledger.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "parts.hpp"
#include "support/scarcity.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

Judgement::Effect seen(const std::string& path, std::uint64_t size) { return {file_seen(path, size), false}; }

Subject look_up(Ledger& ledger, const std::string& path) {
    Subject subject;
    subject.touch.path = path;
    REQUIRE(ledger.look_up(subject));
    return subject;
}

std::uint64_t size_of(const std::optional<Observation>& row) { return row && row->attributes() ? row->attributes()->size : 0; }

// As another process sees it: what is committed.
std::uint64_t committed_size(const ScratchDirectory& scratch, const std::string& path) {
    auto store = KnownStore::open("", scratch / "state");
    REQUIRE(store);
    const auto row = store->find(path);
    REQUIRE(row);
    return size_of(*row);
}

std::vector<std::uint64_t> committed_events(const ScratchDirectory& scratch) {
    auto state = open_state(scratch / "state");
    std::vector<std::uint64_t> sequences;
    const auto all = state.after(0, 1'000'000);
    REQUIRE(all);
    for (const auto& each : *all) sequences.push_back(each.sequence);
    return sequences;
}

BaselineReader baseline_of(const ScratchDirectory& scratch, const std::vector<Observation>& rows) {
    auto writer = BaselineWriter::create(scratch / "baseline/baseline.db", BaselineInfo{});
    REQUIRE(writer);
    for (const auto& row : rows) REQUIRE(writer->put(row));
    REQUIRE(writer->commit());
    auto reader = BaselineReader::open(scratch / "baseline/baseline.db");
    REQUIRE(reader);
    return std::move(*reader);
}

}  // namespace

TEST_CASE("what is not saved lies over the state, and the state over the baseline") {
    const ScratchDirectory scratch;
    auto state = open_state(scratch / "state");
    Ledger ledger(state);
    ledger.set_baseline(baseline_of(scratch, {file_seen("/a", 1)}));
    CHECK(size_of(look_up(ledger, "/a").baseline) == 1);
    CHECK_FALSE(look_up(ledger, "/a").reported);
    CHECK_FALSE(look_up(ledger, "/b").baseline);

    ledger.apply(seen("/a", 2));
    CHECK(size_of(look_up(ledger, "/a").reported) == 2);
    CHECK(committed_size(scratch, "/a") == 0);
    REQUIRE(ledger.save());
    CHECK(committed_size(scratch, "/a") == 2);
    ledger.apply(seen("/a", 3));
    CHECK(size_of(look_up(ledger, "/a").reported) == 3);
    CHECK(committed_size(scratch, "/a") == 2);

    ledger.apply({file_seen("/a", 1), true});  // as in the baseline again: nothing is reported of it any more
    CHECK_FALSE(look_up(ledger, "/a").reported);
    REQUIRE(ledger.save());
    CHECK_FALSE(look_up(ledger, "/a").reported);
    CHECK(committed_size(scratch, "/a") == 0);
}

TEST_CASE("a change and the event that reports it are saved together") {
    const ScratchDirectory scratch;
    auto state = open_state(scratch / "state");
    Ledger ledger(state);
    CHECK_FALSE(ledger.has_unsaved());
    ledger.apply(seen("/a", 2));
    ledger.add(event(1));
    ledger.set_value("key", "value");
    CHECK(ledger.unsaved() == 2);
    CHECK(ledger.take_saved_events().empty());
    REQUIRE(ledger.save());
    CHECK_FALSE(ledger.has_unsaved());
    CHECK(ledger.take_saved_events().size() == 1);
    CHECK(ledger.take_saved_events().empty());
    CHECK(state.value("key")->value() == "value");
    CHECK(state.value("sequence")->value() == "1");
}

TEST_CASE("what was not saved is gone after a crash, with its event") {
    const ScratchDirectory scratch;
    {
        auto state = open_state(scratch / "state");
        Ledger ledger(state);
        ledger.apply(seen("/a", 2));
        ledger.add(event(1));
        REQUIRE(ledger.save());
        ledger.apply(seen("/a", 3));
        ledger.add(event(2));
    }
    CHECK(committed_size(scratch, "/a") == 2);
    CHECK(committed_events(scratch) == std::vector<std::uint64_t>{1});
}

TEST_CASE("killed at any moment, the state says what the saved events say") {
    for (int round = 0; round < 5; ++round) {
        const ScratchDirectory scratch;
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto state = State::open(scratch / "state");
            if (!state) ::_exit(1);
            Ledger ledger(*state);
            for (std::uint64_t i = 1;; ++i) {
                ledger.apply(seen("/counter", i));
                ledger.apply(seen("/" + std::to_string(i), i));
                ledger.add(event(i));
                if (i % 3 == 0 && !ledger.save()) ::_exit(1);
                if (i % 30 == 0 && ::write(ends[1], "x", 1) != 1) ::_exit(1);
            }
        }
        ::close(ends[1]);
        char signs[4];
        for (int got = 0; got < 4;) {
            const auto n = ::read(ends[0], signs, 4);
            REQUIRE(n > 0);  // else the child failed
            got += static_cast<int>(n);
        }
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ends[0]);
        const auto saved = committed_events(scratch);
        REQUIRE(saved.size() >= 120);
        CHECK(saved.size() % 3 == 0);
        CHECK(saved.back() == saved.size());
        CHECK(committed_size(scratch, "/counter") == saved.size());
        CHECK(committed_size(scratch, "/" + std::to_string(saved.size())) == saved.size());
        CHECK(committed_size(scratch, "/" + std::to_string(saved.size() + 1)) == 0);
    }
}

TEST_CASE("what the disk refuses is kept, seen, and saved in order when it works again") {
    const ScratchDirectory scratch;
    auto state = open_state(scratch / "state");
    Ledger ledger(state);
    std::uint64_t last = 0;
    {
        const SmallFiles small(600 << 10);
        Status saved;
        while (saved && last < 10'000) {
            ++last;
            ledger.apply(seen("/" + std::to_string(last), last));
            ledger.add(event(last, 2'000));
            saved = ledger.save();
        }
        REQUIRE_FALSE(saved);
        CHECK(saved.error().code == ENOSPC);
        CHECK(size_of(look_up(ledger, "/" + std::to_string(last)).reported) == last);
        ++last;
        ledger.apply(seen("/" + std::to_string(last), last));
        ledger.add(event(last, 2'000));
        CHECK_FALSE(ledger.save());
        REQUIRE(ledger.unsaved_events().size() == 2);
        CHECK(ledger.unsaved_events().front().sequence == last - 1);
    }
    REQUIRE(ledger.save());
    CHECK(ledger.unsaved_events().empty());
    const auto saved = ledger.take_saved_events();
    REQUIRE(saved.size() == last);
    CHECK(saved.back().sequence == last);
    CHECK(committed_size(scratch, "/" + std::to_string(last)) == last);
    CHECK(committed_events(scratch).size() == last);
}

TEST_CASE("directories that are renamed take along what is known below them, saved or not") {
    const ScratchDirectory scratch;
    auto state = open_state(scratch / "state");
    Ledger ledger(state);
    ledger.set_baseline(baseline_of(scratch, {file_seen("/old/in-baseline", 1)}));
    ledger.apply(seen("/old/unsaved", 2));
    const auto moved = ledger.move_trees({{"/old", "/new"}});
    REQUIRE(moved);
    CHECK(*moved == std::vector<std::uint64_t>{2});
    CHECK(size_of(look_up(ledger, "/new/unsaved").reported) == 2);
    CHECK(size_of(look_up(ledger, "/new/in-baseline").reported) == 1);
    CHECK(look_up(ledger, "/old/in-baseline").reported->absent());
    REQUIRE(ledger.save());
    CHECK(committed_size(scratch, "/new/unsaved") == 2);
    CHECK(committed_size(scratch, "/old/unsaved") == 0);
}

TEST_CASE("a new baseline settles what is now as it should be") {
    const ScratchDirectory scratch;
    auto state = open_state(scratch / "state");
    Ledger ledger(state);
    ledger.apply(seen("/accepted", 2));
    ledger.apply(seen("/differs", 3));
    ledger.apply({Observation{"/gone", WallTime{std::chrono::hours(1)}, Absent{}, std::nullopt, false}, false});
    ledger.set_baseline(baseline_of(scratch, {file_seen("/accepted", 2), file_seen("/differs", 4)}));
    const auto settled = ledger.reconcile(scratch / "state");
    REQUIRE(settled);
    CHECK(*settled == 2);
    CHECK_FALSE(look_up(ledger, "/accepted").reported);
    CHECK_FALSE(look_up(ledger, "/gone").reported);
    CHECK(size_of(look_up(ledger, "/differs").reported) == 3);
}
