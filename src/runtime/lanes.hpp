// Fairness among looks. A verify thread needs a seat to take something to look at. A look that reads much gives up its seat, so that another
// thread goes on with what is short, and reads on in the slow lane, where all that are in it take turns.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "liveness.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

class Lanes {
public:
    struct Limits {
        unsigned seats = 2;
        unsigned slow = 16;                            // looks in the slow lane; more are looked at later
        unsigned turns = 1;                            // of these, how many read at one time
        std::uint64_t short_bytes = 64 << 20;          // a look that reads more is slow,
        Nanoseconds short_time = std::chrono::seconds(2);  // and so is one that takes longer
        Nanoseconds turn = std::chrono::seconds(1);
    };
    explicit Lanes(Limits limits) : limits_(limits) {}

    // How many threads are worth having.
    unsigned threads() const { return limits_.seats + limits_.slow; }

    // Waits for a seat; rise() gives it up.
    void sit();
    void rise();

    // From now on slow looks end at once, and all others at `deadline`.
    void stop(SteadyTime deadline);

    // A look in the slow lane, for `status`.
    struct Slow {
        std::string path;
        std::uint64_t bytes = 0;  // to be read; 0 when nobody knows
        std::uint64_t read = 0;   // about
        WallTime since{};
    };
    std::vector<Slow> slow() const;

    // What one thread has taken to look at. Made with a seat; afterwards seated() says whether the thread still has it.
    class Look {
    public:
        Look(Lanes& lanes, Pulse& pulse);
        ~Look() { finish(); }
        Look(const Look&) = delete;
        Look& operator=(const Look&) = delete;

        // Before `bytes` of a file are read. False: too much for now, as the slow lane is full; or everybody is to stop.
        bool begin(const std::string& path, std::uint64_t bytes);
        // Every `bytes` read, or now and then (0). Waits for the next turn in the slow lane. False: give up.
        bool go_on(std::uint64_t bytes);
        void finish();  // leaves the slow lane
        bool seated() const { return !slow_; }
        bool given_up() const { return given_up_; }

    private:
        friend class Lanes;
        bool slow_down();
        bool refuse() { return given_up_ = true, false; }

        Lanes& lanes_;
        Pulse& pulse_;
        Slow what_;
        SteadyTime since_;  // the look, or its present turn
        bool slow_ = false, in_lane_ = false, reading_ = false, given_up_ = false;
    };

private:
    bool is_over(const Look& look) const;
    void take_turn(std::unique_lock<std::mutex>& lock, Look& look);
    void end_turn(Look& look);

    const Limits limits_;
    mutable std::mutex mutex_;
    std::condition_variable seat_free_, turn_free_;
    unsigned seated_ = 0;
    unsigned reading_ = 0;
    std::vector<Look*> lane_;
    std::deque<Look*> waiting_;  // for a turn, the next one first
    bool stopping_ = false;
    SteadyTime deadline_ = SteadyTime::max();
};

}  // namespace touchstone
