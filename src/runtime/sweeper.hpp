// The sweep thread: answers gaps and requests for sweeps, one after the other. The walks themselves use two threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "liveness.hpp"
#include "touchstone/config.hpp"
#include "touchstone/differ.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/source.hpp"
#include "touchstone/state.hpp"
#include "touchstone/touch_set.hpp"
#include "work_queue.hpp"

namespace touchstone {

// Mounts and names that a sweep did not enter, with why; of many the first.
std::string skipped_text(const std::vector<std::string>& skipped);

class Sweeper {
public:
    // `finished` is called on the sweep thread after every sweep that covered every watch.
    Sweeper(const Config& config, TouchSet& touches, FanotifySource& source, const Differ& differ, WorkQueue& out, Liveness& liveness);
    ~Sweeper();
    void on_covered(std::function<void(std::uint64_t begun)> callback) { covered_ = std::move(callback); }
    // Called on the sweep thread when a database turned out damaged; sweeps go on without the baseline until baseline_replaced().
    void on_corrupt(std::function<void(const Error&)> callback) { corrupt_ = std::move(callback); }
    void baseline_replaced() { without_baseline_ = false; }

    void start(std::shared_ptr<const Policy> policy);
    void stop();
    void set_policy(std::shared_ptr<const Policy> policy);
    void wake();

    struct Report {
        std::uint64_t sweeps = 0;
        std::string running;  // the reason of the one that runs now
        std::string last_reason;
        WallTime last_finished{};
        SweepResult last;
        std::vector<std::string> skipped;  // by the last sweep of everything: mount points that are not entered
    };
    Report report() const;

private:
    void run();
    void sweep(const TouchSet::Work& work);
    void failed(const TouchSet::Work& work, const Error& error);
    void announce(const SweepRequest& request, const SweepResult& result, Nanoseconds took);
    void find_mapped();
    void learned(const std::string& scope, std::uint64_t ground);
    SweepHooks hooks(bool learn);
    std::shared_ptr<const Policy> policy() const;

    const Config config_;
    TouchSet& touches_;
    FanotifySource& source_;
    const Differ& differ_;
    WorkQueue& out_;
    Pulse& pulse_;
    std::function<void(std::uint64_t)> covered_;
    std::function<void(const Error&)> corrupt_;
    std::atomic<bool> without_baseline_{false};
    Nanoseconds retry_after_{};
    SteadyTime mapped_due_{};
    bool mapped_asked_ = false;   // a sweep of everything is over
    bool mapped_failed_ = false;  // and that was said
    mutable std::mutex mutex_;
    std::condition_variable asked_;
    std::shared_ptr<const Policy> policy_;
    std::uint64_t wakes_ = 0;
    std::atomic<bool> stopping_{false};
    Report report_;
    std::thread thread_;
};

}  // namespace touchstone
