// The daemon: wires the stages together, and is the intake thread (an sd-event loop that never waits for anything else).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <systemd/sd-event.h>

#include "canary.hpp"
#include "control_server.hpp"
#include "heartbeat.hpp"
#include "liveness.hpp"
#include "metrics_file.hpp"
#include "patrol.hpp"
#include "provider_health.hpp"
#include "recorder.hpp"
#include "sweeper.hpp"
#include "touchstone/config.hpp"
#include "touchstone/differ.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/source.hpp"
#include "verifier.hpp"

namespace touchstone {

class Daemon {
public:
    explicit Daemon(std::string config_file) : config_file_(std::move(config_file)) {}
    ~Daemon();

    // Reads configuration, takes the lock, opens databases and outputs, places the marks, starts the threads.
    Status start();
    // Until SIGTERM or SIGINT; then flushes everything.
    Status run();

private:
    static constexpr std::size_t kDrainBudget = 8'192;  // events, before other work gets its turn

    Status check_privileges();
    Status load();
    Status open_stores();
    Status glance();
    Status load_probes();
    Status make_source();
    Status make_loop();
    Status start_threads();
    void ready_copies();
    void retry_copies();
    void tell_copies();
    Status add_signal(int number, sd_event_signal_handler_t handler);
    Status add_timer(Nanoseconds every, sd_event_time_handler_t handler);

    void covered();
    void ready();
    void announce_marks();
    void announce_probes();
    void write_back();
    SweepRequest boot_sweep() const;
    void catch_up();
    void reload();
    void mounts_changed();
    void check_probes();
    std::string sound_canary();
    void tampered(const std::string& fault);
    void say_what_is_unwitnessed();
    void say_tampered(const std::string& fault, const std::string& repaired);
    void feed_watchdog();
    void remember_watching(bool stopping);
    void look_at_logs_again();
    void stop();
    void look_at_baseline();
    void baseline_changed();
    std::vector<std::string> own_paths() const;
    Panel::OnHealth hear_providers();
    std::vector<std::string> names_of(ObjectId id);

    void announce_approvals();
    std::string answer(const std::string& request);
    nlohmann::ordered_json figures() const;
    void say_how_it_goes();
    bool take_report(const nlohmann::ordered_json& request);
    Notice started_notice() const;

    std::string config_file_;
    LoadedConfig loaded_;
    Host host_;
    Fd lock_;
    std::shared_ptr<const Policy> policy_;
    Liveness liveness_;
    std::unique_ptr<TouchSet> touches_;
    std::unique_ptr<Probes> probes_;  // null: fanotify alone
    std::string no_probes_;           // why
    bool probes_whole_ = true;        // what they lack was repaired
    std::string unwitnessed_;         // as it was said last
    std::string last_fault_;
    SteadyTime last_fault_at_ = SteadyTime::min();
    std::optional<Canary> canary_;
    int canary_due_ = 0;              // checks until it is touched again
    std::uint64_t canaries_sent_ = 0;
    std::atomic<std::uint64_t> canaries_saved_{0};
    std::unique_ptr<ProcessTable> processes_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<FanotifySource> source_;
    std::unique_ptr<Differ> differ_;
    bool copies_missed_ = false;  // as it was said last; the recorder's
    std::atomic<bool> copies_retried_{false};  // the recorder has yet to try
    std::unique_ptr<Verifier> verifier_;
    std::unique_ptr<Sweeper> sweeper_;
    std::unique_ptr<Patrol> patrol_;
    ProviderHealth provider_health_;
    std::optional<KnownStore> known_;  // for the intake thread
    std::atomic<bool> known_is_stale_{false};
    sd_event* events_ = nullptr;
    Fd mountinfo_;
    Fd covered_;  // eventfd: the sweep thread says that a sweep covered every watch ...
    std::atomic<std::uint64_t> covered_ground_{0};  // ... and of what age of the source's ground
    std::unique_ptr<ControlServer> control_;
    WallTime unwatched_since_{};
    WallTime watching_since_{};
    bool ready_ = false;
    bool stopped_ = false;
    bool stuck_told_ = false;
    std::string last_comparison_;  // JSON
    std::string verified_;         // how far the patrol had come
    Heartbeat heartbeat_;
    SteadyTime beaten_{};
    std::unique_ptr<MetricsFile> metrics_;  // null: switched off
    SteadyTime measured_ = SteadyTime::min();
};

}  // namespace touchstone
