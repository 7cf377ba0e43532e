// Takes committed events to every output, each at its own pace; the outbox keeps what an output has not taken. Recorder thread only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/sink.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

class Delivery {
public:
    Delivery(State& state, std::uint64_t outbox_limit) : state_(state), outbox_limit_(outbox_limit) {}

    // Replaces the outputs (start, reload) and lets each find out where it stands. The first is the one that matters most.
    Status set_outputs(std::vector<std::unique_ptr<EventSink>> sinks, SteadyTime now);

    // Events in order of sequence. With `committed` false (the state cannot be written now) they are delivered all the same, so that
    // they are announced; the caller gives them again when they are committed, and what has them does not take them twice.
    void deliver(std::span<const OutgoingEvent> events, bool committed, SteadyTime now);

    // Outputs that failed or lag are tried again; call now and then.
    void retry(SteadyTime now);

    // Makes durable what was delivered, remembers how far, and empties the outbox of what everybody has.
    Status flush();
    bool needs_flush() const;

    void reopen(SteadyTime now);

    // The outbox is full because the first output fails: take no more findings until it is not. Other outputs that fail are then given up on, with a notice.
    bool full();

    // What happened to outputs since the last call: failed, recovered, events given up.
    std::vector<Notice> take_notices();

    struct Report {
        std::string name;
        std::uint64_t delivered = 0;
        std::string failure;
    };
    std::vector<Report> report() const;

private:
    struct Output {
        std::unique_ptr<EventSink> sink;
        std::uint64_t delivered = 0;
        std::string failure;  // "" while it works
        SteadyTime retry_at{};
        bool unflushed = false;
    };

    Status resume(Output& output);
    void take(Output& output, std::span<const OutgoingEvent> events, SteadyTime now);
    void catch_up(Output& output, SteadyTime now);
    void failed(Output& output, const Error& error, SteadyTime now);
    void recovered(Output& output);
    void give_up(Output& output);

    State& state_;
    std::uint64_t outbox_limit_;
    std::vector<Output> outputs_;
    std::vector<Notice> notices_;
};

}  // namespace touchstone
