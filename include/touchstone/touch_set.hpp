// The touch set: what was touched and not yet looked at. Bounded. It coalesces, settles, and hands out what is ready.
//
// Settling (DESIGN.md section 3): a known name closed by its last writer is ready at once; a name that is new, has gone or was renamed
// is ready `successor` after its last touch; a name written and still open when `quiet` has passed since the last write, at
// the latest `patience` after the first; a name looked at again and again waits twice as long each time, up to `patience`.
// Names linked by renames form one group, ready when the last of them is.
//
// While a group is being looked at (between take and done) its names are kept out of reach; new touches of them wait inside
// and come out as the next pending. While a directory rename is out, everything below both its names waits.
//
// Overflow: a touch that finds no room becomes a gap of its parent directory; a gap that finds no room becomes a gap of everything.
//
// Thread-safe; no call blocks but take() with a deadline. Time is an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "touchstone/pending.hpp"

namespace touchstone {

struct SettleTimes {
    Nanoseconds successor = std::chrono::milliseconds(20);
    Nanoseconds quiet = std::chrono::milliseconds(500);
    Nanoseconds patience = std::chrono::seconds(5);
};

struct TouchSetLimits {
    std::size_t names = 500'000;
    std::size_t gaps = 256;
    std::size_t actors = 16;
    std::size_t group = 256;
};

struct TouchSetCounters {
    std::uint64_t touches = 0;    // received
    std::uint64_t coalesced = 0;  // that met their name already waiting
    std::uint64_t overflows = 0;  // that found no room and became gaps
    std::size_t waiting = 0;      // names now in the set
    std::size_t looked_at = 0;    // names now out for a look
    std::size_t gaps = 0;         // now waiting to be taken
    std::size_t waiting_peak = 0;
};

class TouchSet final : public TouchReceiver {
public:
    TouchSet(SettleTimes times, TouchSetLimits limits);
    ~TouchSet() override;

    void touch(Touch touch) override;
    void gap(Gap gap) override;
    void sweep(SweepRequest request) override;

    // The next group that is ready at `now`; nullopt when none is. The caller must call done() with the token.
    struct Taken {
        std::uint64_t token = 0;
        Pending pending;
    };
    std::optional<Taken> take(SteadyTime now);

    // When take() may next succeed; nullopt when nothing waits. Never earlier than a real readiness would be late.
    std::optional<SteadyTime> next_ready() const;

    // The look of a taken group is judged and its state written. `known` says of each of its names whether it exists now and has been
    // reported, so that later touches of it settle as a known name. Touches that came meanwhile become ready in their own time.
    void done(std::uint64_t token, SteadyTime now);

    // What must be swept, gaps before requests; nullopt when nothing. Taken is answered: the caller owns it.
    struct Work {
        std::optional<Gap> gap;  // set when the sweep answers a gap, which must be reported
        SweepRequest sweep;
    };
    std::optional<Work> take_sweep();

    // Room for `look` touches of a sweep: a sweep waits (outside) while this is false, so that it never overflows the set.
    bool has_room_for_sweep() const;

    // Called, without a lock held, whenever something was put in, so that a waiting thread can be woken. Set before use.
    void on_change(std::function<void()> callback);

    TouchSetCounters counters() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
