// The verify threads: take what has settled, look at it, and hand it to the recorder.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lanes.hpp"
#include "liveness.hpp"
#include "touchstone/config.hpp"
#include "touchstone/differ.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/rotation.hpp"
#include "touchstone/source.hpp"
#include "touchstone/state.hpp"
#include "touchstone/touch_set.hpp"
#include "touchstone/inquiry.hpp"
#include "work_queue.hpp"

namespace touchstone {

class Verifier {
public:
    // `health` as Panel::OnHealth, from any of its threads.
    Verifier(const Config& config, TouchSet& touches, FanotifySource& source, Differ& differ, WorkQueue& out, Liveness& liveness, Panel::OnHealth health);
    ~Verifier();

    Status start(std::shared_ptr<const Policy> policy);
    // With `drain`, looks at everything that waits, settled or not, before it ends; `deadline` bounds that. Looks in the slow lane are given up;
    // the next start's sweep finds what they were about.
    void stop(bool drain, SteadyTime deadline);

    void set_policy(std::shared_ptr<const Policy> policy);
    void set_providers(const ProviderSettings& settings);
    void baseline_replaced() { ++baseline_generation_; }
    // Touch set callback.
    void wake();
    // Looks that take long, for `status`.
    std::vector<Lanes::Slow> slow_looks() const { return lanes_.slow(); }

private:
    struct Worker {
        Observer observer;
        std::optional<KnownStore> known;
        std::optional<Panel> panel;
        std::shared_ptr<const ProviderSettings> asked;  // the settings that `panel` was made with
        std::uint64_t generation = 0;
        std::optional<Error> unknown;  // why `known` cannot be opened
        Pulse& pulse;
    };

    void run(Worker worker);
    struct Task {
        TouchSet::Taken taken;
        bool stopping = false;
    };
    std::optional<Task> next(Pulse& pulse);
    bool look_at_next(Worker& worker, bool& seated);
    Looked look_at(Worker& worker, TouchSet::Taken taken, Lanes::Look& look);
    Subject look_at_name(Worker& worker, const TouchedName& name, RuleRef rule, Lanes::Look& look);
    void find_rotations(Worker& worker, Looked& looked, Lanes::Look& look);
    void find_rotation(KnownStore& store, Subject& subject, Lanes::Look& look);
    void add_linked_names(Worker& worker, const Policy& policy, Looked& looked, Lanes::Look& look);
    void compare_texts(Worker& worker, Looked& looked);
    std::optional<Observation> known_of(Worker& worker, const Looked& looked, const Subject& subject);
    void inquire_about(Worker& worker, Looked& looked);
    bool is_stopping() const;
    KnownStore* known(Worker& worker);
    std::shared_ptr<const Policy> policy() const;

    const Config config_;
    TouchSet& touches_;
    FanotifySource& source_;
    Differ& differ_;
    WorkQueue& out_;
    RotationEvidence rotations_;
    Lanes lanes_;
    std::vector<Pulse*> pulses_;
    std::atomic<std::uint64_t> baseline_generation_{0};
    Panel::OnHealth health_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::shared_ptr<const Policy> policy_;
    std::shared_ptr<const ProviderSettings> providers_;
    bool stopping_ = false;
    bool draining_ = false;
    SteadyTime deadline_{};
    std::uint64_t wakes_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace touchstone
