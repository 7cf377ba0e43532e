// Takes committed events to every output, each at its own pace; the outbox keeps what an output has not taken. Recorder thread only.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "touchstone/event.hpp"
#include "touchstone/sink.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

// An output is in step, or behind. In step it is handed events as they come. Behind (it failed, its reader does not read, it is new) it is
// given the outbox in parts by advance(), so that nobody waits for it.
class Delivery {
public:
    Delivery(State& state, std::uint64_t outbox_limit) : state_(state), outbox_limit_(outbox_limit) {}

    // Replaces the outputs (start, reload) and lets each find out where it stands. The first is the one that matters most.
    Status set_outputs(std::vector<std::unique_ptr<EventSink>> sinks, SteadyTime now);

    // Events in order of sequence. With `committed` false (the state cannot be written now) they are delivered all the same, so that
    // they are announced; the caller gives them again when they are committed, and what has them does not take them twice.
    void deliver(std::span<const OutgoingEvent> events, bool committed, SteadyTime now);

    // Gives outputs that are behind their next part, if it is time. True when any took something.
    bool advance(SteadyTime now);
    // When advance() has something to do; nullopt when all are in step.
    std::optional<SteadyTime> next_advance() const;

    // Makes durable what was delivered, remembers how far, and empties the outbox of what everybody has.
    Status flush(SteadyTime now);
    bool needs_flush() const;

    void reopen(SteadyTime now);

    // The outbox is full because the first output is behind: take no more findings until it is not. Other outputs that are behind are then
    // given up on, with a notice.
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
        std::uint64_t delivered = 0;  // taken by the sink
        std::uint64_t durable = 0;    // and flushed, and remembered
        bool resumed = false;         // it knows where it stands
        bool behind = true;
        bool broken = false;          // reopen it before the next try
        std::string failure;          // "" while it works
        bool announced = false;       // its failure was, and its recovery was not yet
        std::optional<SteadyTime> stalled_since;  // its reader does not read
        SteadyTime retry_at{};
    };

    Status resume(Output& output);
    bool take(Output& output, std::span<const OutgoingEvent> events, SteadyTime now);
    bool next_part(Output& output, SteadyTime now);
    void recovered(Output& output);
    void stalled(Output& output, const Error& error, SteadyTime now);
    void failed(Output& output, const Error& error, SteadyTime now);
    void give_up(Output& output);
    std::uint64_t remembered(const Output& output) const;

    State& state_;
    std::uint64_t outbox_limit_;
    std::vector<Output> outputs_;
    std::vector<Notice> notices_;
    std::optional<std::uint64_t> uncommitted_;  // the first event that was delivered and not committed
};

}  // namespace touchstone
