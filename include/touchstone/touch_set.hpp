// The touch set: what was touched and not yet looked at. Bounded. It coalesces, settles, and hands out what is ready.
//
// Settling (DESIGN.md section 3): a name that was there and is closed by its last writer, or whose attributes changed, is ready at once; a name
// that is new, has gone or was renamed is ready `successor` after its last touch, for a save through a temporary name renames it a
// moment later; so is one that only a sweep wants looked at, for the kernel's word of who changed it may still be unread; a file written or created and not closed is ready when `quiet` has passed since the last touch. Nothing waits longer than `patience`
// after its first touch. A name looked at again and again waits twice as long each time, from `successor` up to `patience`.
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
    std::size_t actors = 256;
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

    // The look of a taken group is judged and its state written: its names may be handed out again.
    void done(std::uint64_t token, SteadyTime now);

    // The look told nothing final (still changing): the names wait again, with their acts and actors, and with growing distance.
    void again(std::uint64_t token, SteadyTime now);

    // As again(), for a name that was missing although nothing heard had taken it away: the kernel's word of that, which says who did it
    // and where it went, is still unread. Counted in TouchedName::unheard.
    void await_word(std::uint64_t token, SteadyTime now);

    // True when more has come since take() that bears on the taken names: one of them was touched, or a directory above it was renamed, from
    // there or to there.
    bool more_is_known(std::uint64_t token) const;

    // As again(), for a file that must not be judged before its writer is done: it comes out when it is closed, else at `until`.
    void await_close(std::uint64_t token, SteadyTime until);

    // As again(), for a name that should go by itself: it comes out after its next touch, else at `until`.
    void await_touch(std::uint64_t token, SteadyTime until);

    // True when a directory above one of the taken names was renamed since take(): what was looked at is not where it was. The
    // caller then calls again() in place of judging; the names come out under their new paths.
    bool overtaken(std::uint64_t token) const;

    // What must be swept, gaps before requests; nullopt when nothing. Taken is answered: the caller owns it.
    struct Work {
        std::optional<Gap> gap;  // set when the sweep answers a gap, which must be reported
        SweepRequest sweep;
    };
    std::optional<Work> take_sweep();

    // Room for `look` touches of a sweep: a sweep waits (outside) while this is false, so that it never overflows the set.
    bool has_room_for_sweep() const;

    // Called, without a lock held, when next_ready() became earlier, a sweep was asked for, or a group was given back that others waited for
    // or that is to be looked at again, so that waiting threads can be woken. Set before use.
    void on_change(std::function<void()> callback);

    TouchSetCounters counters() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
