// Proof that every thread still moves. The watchdog is fed only while all of them vouch for themselves.
#pragma once

#include <atomic>
#include <deque>
#include <string>

#include "clock.hpp"

namespace touchstone {

// One thread's pulse. Working threads beat at least every few seconds; waiting ones say that they wait.
class Pulse {
public:
    explicit Pulse(std::string name) : name_(std::move(name)) { beat(); }
    void beat() {
        last_.store(steady_now().time_since_epoch().count(), std::memory_order_relaxed);
        waiting_.store(false, std::memory_order_relaxed);
    }
    void wait() { waiting_.store(true, std::memory_order_relaxed); }
    bool alive(SteadyTime now, Nanoseconds patience) const {
        return waiting_.load(std::memory_order_relaxed) || now.time_since_epoch().count() - last_.load(std::memory_order_relaxed) < patience.count();
    }
    const std::string& name() const { return name_; }

private:
    std::string name_;
    std::atomic<std::int64_t> last_{0};
    std::atomic<bool> waiting_{false};
};

class Liveness {
public:
    // Before the threads start; the reference stays valid.
    Pulse& add(std::string name) { return pulses_.emplace_back(std::move(name)); }
    // The name of a thread that has not moved for `patience`, "" when all are alive.
    std::string stuck(SteadyTime now, Nanoseconds patience) const {
        for (const auto& pulse : pulses_)
            if (!pulse.alive(now, patience)) return pulse.name();
        return {};
    }

private:
    std::deque<Pulse> pulses_;
};

}  // namespace touchstone
