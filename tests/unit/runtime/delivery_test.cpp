// Delivery to real files through a real state; what an output refuses is refused by a real disk, a real pipe, or a switch of the test's.
#include "delivery.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "parts.hpp"
#include "stdout_sink.hpp"
#include "support/pipe.hpp"
#include "support/scarcity.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

constexpr SteadyTime kStart{std::chrono::hours(1)};

SteadyTime at(int seconds) { return kStart + std::chrono::seconds(seconds); }

// A sink under another name, for a second one beside the first; and a switch that makes it refuse, from outside.
class Switched final : public EventSink {
public:
    Switched(std::string name, std::unique_ptr<EventSink> sink, const int& refuses = kNever) : name_(std::move(name)), sink_(std::move(sink)), refuses_(refuses) {}
    const std::string& name() const override { return name_; }
    Result<Cursor> resume(const Cursor& cursor, std::span<const OutgoingEvent> owed) override {
        if (refuses_ != 0) return fail(system_error("resume " + name_, refuses_));
        return sink_->resume(cursor, owed);
    }
    std::size_t deliver(std::span<const OutgoingEvent> events) override {
        failure_ = {};
        if (refuses_ == 0) return sink_->deliver(events);
        failure_ = system_error("write " + name_, refuses_);
        return 0;
    }
    const Error& failure() const override { return failure_.code != 0 ? failure_ : sink_->failure(); }
    Result<Cursor> flush() override { return sink_->flush(); }
    Status reopen() override { return sink_->reopen(); }

private:
    inline static const int kNever = 0;
    std::string name_;
    std::unique_ptr<EventSink> sink_;
    const int& refuses_;  // errno, 0: does not
    Error failure_;
};

using Sinks = std::vector<std::unique_ptr<EventSink>>;

// A state with an outbox, and deliveries from it; made anew as after a kill.
class Desk {
public:
    explicit Desk(std::uint64_t limit = 1'000'000) : limit_(limit) { begin(); }

    void begin() {
        delivery_.reset();
        state_.emplace(open_state(scratch / "state"));
        delivery_ = std::make_unique<Delivery>(*state_, limit_);
    }
    Delivery* operator->() { return delivery_.get(); }

    void commit(const std::vector<OutgoingEvent>& events) {
        REQUIRE(state_->begin());
        for (const auto& each : events) REQUIRE(state_->enqueue(each));
        REQUIRE(state_->commit());
    }
    void deliver(const std::vector<OutgoingEvent>& events, SteadyTime now) {
        commit(events);
        delivery_->deliver(events, true, now);
    }
    // Whatever is owed and taken.
    void settle(SteadyTime now) {
        while (delivery_->advance(now)) {
        }
    }
    std::uint64_t outbox() { return state_->outbox_size().value(); }
    std::vector<std::string> said() {
        std::vector<std::string> actions;
        for (const auto& notice : delivery_->take_notices()) actions.push_back(std::string(name_of(notice.action)) + " " + notice.details.at("output"));
        return actions;
    }

    ScratchDirectory scratch;

private:
    std::uint64_t limit_;
    std::optional<State> state_;
    std::unique_ptr<Delivery> delivery_;
};

using Said = std::vector<std::string>;

Sinks one(const std::string& file) {
    Sinks sinks;
    sinks.push_back(make_json_sink(file));
    return sinks;
}

// "json" to the file `first`, "second" to `second`.
Sinks two(const std::string& first, const std::string& second, const int& refuses) {
    auto sinks = one(first);
    sinks.push_back(std::make_unique<Switched>("second", make_json_sink(second), refuses));
    return sinks;
}

}  // namespace

TEST_CASE("what is committed is delivered, flushed and no longer kept") {
    Desk desk;
    REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(0)));
    desk.settle(at(0));
    desk.deliver(events(1, 10), at(0));
    CHECK(content_of(desk.scratch / "log") == lines_of(events(1, 10)));
    CHECK(desk->needs_flush());
    CHECK(desk.outbox() == 10);
    REQUIRE(desk->flush(at(0)));
    CHECK_FALSE(desk->needs_flush());
    CHECK(desk.outbox() == 0);
    CHECK_FALSE(desk->next_advance());
    CHECK(desk->report().front().delivered == 10);
    CHECK(desk.said().empty());
}

TEST_CASE("killed between any two steps, every event is in the log once") {
    enum Step { committed, delivered, flushed };
    for (const auto step : {committed, delivered, flushed}) {
        CAPTURE(step);
        Desk desk;
        REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(0)));
        desk.settle(at(0));
        desk.deliver(events(1, 5), at(0));
        REQUIRE(desk->flush(at(0)));
        desk.commit(events(6, 9));
        if (step >= delivered) desk->deliver(events(6, 9), true, at(0));
        if (step >= flushed) REQUIRE(desk->flush(at(0)));
        desk.begin();
        REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(1)));
        desk.settle(at(1));
        desk.deliver(events(10, 12), at(1));
        REQUIRE(desk->flush(at(1)));
        CHECK(content_of(desk.scratch / "log") == lines_of(events(1, 12)));
        CHECK(desk.outbox() == 0);
    }
}

TEST_CASE("more than one part is owed after a start, and given part by part") {
    Desk desk;
    REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(0)));
    desk.settle(at(0));
    desk.commit(events(1, 3'000));
    desk.begin();
    REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(1)));
    CHECK(content_of(desk.scratch / "log").empty());
    CHECK(desk->advance(at(1)));
    CHECK(desk->report().front().delivered < 3'000);
    CHECK(desk->next_advance() == at(1));
    desk.settle(at(1));
    CHECK(content_of(desk.scratch / "log") == lines_of(events(1, 3'000)));
    CHECK_FALSE(desk->next_advance());
}

TEST_CASE("a second output that fails holds up nobody, and is caught up in order") {
    Desk desk;
    const int works = 0;
    int refuses = works;
    REQUIRE(desk->set_outputs(two(desk.scratch / "first", desk.scratch / "second", refuses), at(0)));
    desk.settle(at(0));
    desk.deliver(events(1, 2), at(0));
    refuses = EIO;
    desk.deliver(events(3, 4), at(1));
    desk.deliver(events(5, 6), at(1));
    REQUIRE(desk->flush(at(1)));
    CHECK(content_of(desk.scratch / "first") == lines_of(events(1, 6)));
    CHECK(content_of(desk.scratch / "second") == lines_of(events(1, 2)));
    CHECK(desk.outbox() == 4);
    CHECK(desk.said() == Said{"output-failed second"});
    CHECK_FALSE(desk->report()[1].failure.empty());
    CHECK_FALSE(desk->advance(at(1)));  // not before its time
    CHECK_FALSE(desk->advance(at(3)));
    CHECK(desk.said().empty());  // the same trouble: it has been said
    CHECK_FALSE(desk->full());

    refuses = works;
    CHECK(desk->advance(at(5)));
    desk.deliver(events(7, 7), at(5));
    REQUIRE(desk->flush(at(5)));
    CHECK(content_of(desk.scratch / "second") == lines_of(events(1, 7)));
    CHECK(desk.said() == Said{"output-recovered second"});
    CHECK(desk->report()[1].failure.empty());
    CHECK(desk.outbox() == 0);
}

TEST_CASE("each output goes on from its own place after a restart") {
    Desk desk;
    int refuses = 0;
    REQUIRE(desk->set_outputs(two(desk.scratch / "first", desk.scratch / "second", refuses), at(0)));
    desk.settle(at(0));
    refuses = EIO;
    desk.deliver(events(1, 4), at(0));
    REQUIRE(desk->flush(at(0)));
    refuses = 0;
    desk.begin();
    REQUIRE(desk->set_outputs(two(desk.scratch / "first", desk.scratch / "second", refuses), at(1)));
    desk.settle(at(1));
    CHECK(content_of(desk.scratch / "first") == lines_of(events(1, 4)));
    CHECK(content_of(desk.scratch / "second") == lines_of(events(1, 4)));
}

TEST_CASE("an output that cannot even be asked where it stands is asked again") {
    Desk desk;
    int refuses = EACCES;
    REQUIRE(desk->set_outputs(two(desk.scratch / "first", desk.scratch / "second", refuses), at(0)));
    desk.settle(at(0));
    desk.deliver(events(1, 3), at(0));
    CHECK(content_of(desk.scratch / "first") == lines_of(events(1, 3)));
    CHECK(desk.said() == Said{"output-failed second"});
    desk->reopen(at(0));
    refuses = 0;
    desk.settle(at(2));
    REQUIRE(desk->flush(at(2)));
    CHECK(content_of(desk.scratch / "second") == lines_of(events(1, 3)));
    CHECK(desk.said() == Said{"output-recovered second"});
}

TEST_CASE("the disk of the first output is full, and then it is not") {
    Desk desk;
    const SmallDisk disk(desk.scratch / "disk", "256k");
    if (!disk.mounted()) return;
    REQUIRE(desk->set_outputs(one(desk.scratch / "disk/log"), at(0)));
    desk.settle(at(0));
    {
        std::ofstream filler(desk.scratch / "disk/filler");
        filler << std::string(100 << 10, 'f');
    }
    const auto all = events(1, 100, 2'000);
    desk.deliver(all, at(0));
    const auto taken = desk->report().front().delivered;
    CHECK(taken > 0);
    CHECK(taken < 100);
    CHECK(content_of(desk.scratch / "disk/log") == lines_of(events(1, taken, 2'000)));
    CHECK(desk.said() == Said{"output-failed json"});
    REQUIRE(desk->flush(at(0)));
    CHECK_FALSE(desk->advance(at(2)));

    std::filesystem::remove(desk.scratch / "disk/filler");
    CHECK(desk->advance(at(4)));
    REQUIRE(desk->flush(at(4)));
    CHECK(content_of(desk.scratch / "disk/log") == lines_of(all));
    CHECK(desk.said() == Said{"output-recovered json"});
}

TEST_CASE("a full outbox: the first output holds everything up, another is given up on") {
    SECTION("the first") {
        Desk desk(10);
        int refuses = EIO;
        Sinks sinks;
        sinks.push_back(std::make_unique<Switched>("first", make_json_sink(desk.scratch / "first"), refuses));
        REQUIRE(desk->set_outputs(std::move(sinks), at(0)));
        desk.deliver(events(1, 9), at(0));
        CHECK_FALSE(desk->full());
        desk.deliver(events(10, 10), at(0));
        CHECK(desk->full());
        refuses = 0;
        desk.settle(at(2));
        CHECK_FALSE(desk->full());
        REQUIRE(desk->flush(at(2)));
        CHECK(desk.outbox() == 0);
        CHECK(content_of(desk.scratch / "first") == lines_of(events(1, 10)));
    }
    SECTION("another") {
        Desk desk(10);
        int refuses = 0;
        REQUIRE(desk->set_outputs(two(desk.scratch / "first", desk.scratch / "second", refuses), at(0)));
        desk.settle(at(0));
        refuses = EIO;
        desk.deliver(events(1, 10), at(0));
        REQUIRE(desk->flush(at(0)));
        CHECK(desk.outbox() == 10);
        CHECK_FALSE(desk->full());
        CHECK(desk.said() == Said{"output-failed second", "output-failed second"});  // the second says that events were given up
        refuses = 0;
        desk.settle(at(2));
        desk.deliver(events(11, 12), at(2));
        REQUIRE(desk->flush(at(2)));
        CHECK(desk.outbox() == 0);
        CHECK(content_of(desk.scratch / "second") == lines_of(events(11, 12)));
        CHECK(content_of(desk.scratch / "first") == lines_of(events(1, 12)));
    }
}

TEST_CASE("what cannot be committed is announced all the same, and once") {
    Desk desk;
    REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(0)));
    desk.settle(at(0));
    desk.deliver(events(1, 2), at(0));
    desk->deliver(events(3, 4), false, at(0));
    desk->deliver(events(3, 5), false, at(1));
    CHECK(content_of(desk.scratch / "log") == lines_of(events(1, 5)));
    REQUIRE(desk->flush(at(1)));
    SECTION("committed in the end") {
        desk.deliver(events(3, 6), at(2));
        REQUIRE(desk->flush(at(2)));
        CHECK(content_of(desk.scratch / "log") == lines_of(events(1, 6)));
        CHECK(desk.outbox() == 0);
    }
    SECTION("killed before: the numbers are given again, to other events, and these are not taken for delivered") {
        desk.begin();
        REQUIRE(desk->set_outputs(one(desk.scratch / "log"), at(3)));
        desk.settle(at(3));
        const auto others = events(3, 4, 7);
        desk.deliver(others, at(3));
        CHECK(content_of(desk.scratch / "log") == lines_of(events(1, 5)) + lines_of(others));
    }
}

TEST_CASE("a pipe that nobody reads holds up nobody; its reader gets everything once it reads") {
    Desk desk;
    const Pipe pipe;
    const auto with_pipe = [&] {
        Sinks sinks;
        sinks.push_back(make_stream_sink(pipe.writer.get()));
        sinks.push_back(std::make_unique<Switched>("second", make_json_sink(desk.scratch / "second")));
        return sinks;
    };
    REQUIRE(desk->set_outputs(with_pipe(), at(0)));
    desk.settle(at(0));
    const auto all = events(1, 100, 5'000);
    for (const auto& each : all) desk.deliver({each}, at(0));
    CHECK(content_of(desk.scratch / "second") == lines_of(all));
    CHECK(desk->report()[0].delivered < 100);
    CHECK(desk->report()[0].failure.empty());
    CHECK(desk.said().empty());  // a slow reader is no failure
    CHECK(desk->next_advance().value() < at(1));
    CHECK_FALSE(desk->advance(at(3)));
    CHECK(desk.said().empty());
    CHECK_FALSE(desk->advance(at(9)));
    CHECK(desk.said() == Said{"output-failed json"});
    CHECK(desk->report()[0].failure.find("nobody reads it") != std::string::npos);

    std::string seen;
    for (int now = 20; desk->report()[0].delivered < 100; ++now) {
        REQUIRE(now < 1'000);
        seen += pipe.read_some();
        desk->advance(at(now));
    }
    seen += pipe.read_some();
    CHECK(seen == lines_of(all));
    REQUIRE(desk->flush(at(2'000)));
    CHECK(desk.said() == Said{"output-recovered json"});
    CHECK(desk.outbox() == 0);
}

TEST_CASE("an output that is no longer configured is forgotten, a new one begins at the present end") {
    Desk desk;
    const int works = 0;
    REQUIRE(desk->set_outputs(one(desk.scratch / "first"), at(0)));
    desk.settle(at(0));
    desk.deliver(events(1, 3), at(0));
    REQUIRE(desk->flush(at(0)));
    REQUIRE(desk->set_outputs(two(desk.scratch / "first", desk.scratch / "second", works), at(1)));
    desk.settle(at(1));
    desk.deliver(events(4, 5), at(1));
    CHECK(content_of(desk.scratch / "second") == lines_of(events(4, 5)));
    CHECK(content_of(desk.scratch / "first") == lines_of(events(1, 5)));
}
