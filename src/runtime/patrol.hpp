// The patrol thread: looks at everything again that is known, a little at a time, so that a full comparison goes on always and nobody notices. What differs
// is touched, and goes the way of all touches; nothing is judged here. Logs are left to [verify] log_period.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "budget.hpp"
#include "liveness.hpp"
#include "rounds.hpp"
#include "touchstone/comparison_report.hpp"
#include "touchstone/config.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/state.hpp"
#include "touchstone/touch_set.hpp"
#include "work_queue.hpp"

namespace touchstone {

class Patrol {
public:
    Patrol(const Config& config, TouchSet& touches, WorkQueue& out, Liveness& liveness);
    ~Patrol();

    // Called on the patrol's thread, every minute or so and at the end, with what start() needs to go on from there.
    void on_progress(std::function<void(std::string)> callback) { progress_ = std::move(callback); }
    // Called on the patrol's thread, for its reports: mount points that the watch does not enter.
    void on_skipped(std::function<std::vector<std::string>()> callback) { skipped_ = std::move(callback); }
    // Does nothing where [verify] period is 0.
    Status start(std::shared_ptr<const Policy> policy, const std::string& remembered);
    void stop();
    void set_policy(std::shared_ptr<const Policy> policy);
    void baseline_replaced();

    struct Report {
        Rounds rounds;
        std::uint64_t known = 0;  // objects, about
        std::string held_back;    // why it waits now; "" when it does not
    };
    Report report() const;  // any thread

private:
    void run();
    void go_unnoticed();
    bool go_on();
    Status verify_next();
    Status verify(const std::string& directory);
    Result<std::vector<std::string>> names_in(const std::string& directory);
    Status verify_object(const std::string& path);
    bool differs(const std::optional<Observation>& known, const Observation& now, Profile profile) const;
    void touch(const std::string& path, bool directory);
    void end_round();
    Result<ComparisonReport> report_of(const Round& round);
    void await_judgement();
    void pace();
    void rest(Nanoseconds time);
    bool is_held_back();
    void remember();
    Result<KnownStore*> known();
    std::shared_ptr<const Policy> policy() const;

    const Config config_;
    TouchSet& touches_;
    WorkQueue& out_;
    Pulse& pulse_;
    std::function<void(std::string)> progress_;
    std::function<std::vector<std::string>()> skipped_ = [] { return std::vector<std::string>(); };
    std::optional<Observer> observer_;
    Budget budget_;
    Nanoseconds cpu_{};      // of this thread, when it was last charged
    SteadyTime charged_{};
    SteadyTime asked_{};     // about pressure
    SteadyTime remembered_{};

    mutable std::mutex mutex_;  // what follows
    std::condition_variable wake_;
    std::shared_ptr<const Policy> policy_;
    Rounds rounds_;
    std::uint64_t total_ = 0;
    std::string held_back_;
    bool stale_ = false;  // another baseline is in force
    bool stopping_ = false;

    std::optional<KnownStore> known_;
    std::thread thread_;
};

}  // namespace touchstone
