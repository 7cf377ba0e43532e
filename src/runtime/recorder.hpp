// The recorder thread: judges what was looked at, saves what follows together with the event that says so, and hands events to
// the outputs. The only writer of the state.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>

#include "amendments.hpp"
#include "baseline_stamp.hpp"
#include "delivery.hpp"
#include "ledger.hpp"
#include "liveness.hpp"
#include "refusals.hpp"
#include "touchstone/config.hpp"
#include "touchstone/panel.hpp"
#include "touchstone/touch_set.hpp"
#include "transactions.hpp"
#include "work_queue.hpp"

namespace touchstone {

struct RecorderCounters {
    std::atomic<std::uint64_t> findings{0};
    std::array<std::atomic<std::uint64_t>, 3> by_verdict{};  // of these, in the order of Verdict
    std::atomic<std::uint64_t> gaps{0};
    std::atomic<std::uint64_t> notices{0};
    std::atomic<std::uint64_t> looks{0};      // names judged
    std::atomic<std::uint64_t> quiet{0};      // looks without a difference
    std::atomic<std::uint64_t> again{0};      // groups looked at again because they were still changing
    std::atomic<std::uint64_t> unsaved{0};    // rows and events that the state's disk refuses just now
    std::atomic<std::uint64_t> amendable{0};  // findings that later evidence may still amend
    std::atomic<std::uint64_t> unamendable{0};  // that were given up for want of room
    std::atomic<std::uint64_t> sequence{0};   // of the last event
};

// The configured baseline; bad_input when it was made with another digest than is configured.
Result<BaselineReader> open_baseline(const Config& config);

class Recorder {
public:
    struct Setup {
        Config config;
        Host host;
        State state;
        std::optional<BaselineReader> baseline;
        std::optional<BaselineStamp> baseline_stamp;  // taken before it was opened
        Panel::OnHealth health;                       // of the recorder's own panel
    };
    Recorder(Setup setup, TouchSet& touches, Pulse& pulse);
    ~Recorder();

    // Before start(), on the caller's thread: opens the outputs.
    Status open_outputs(const Config& config);
    void listen_to(std::function<bool(SteadyTime)> heard_until) { heard_until_ = std::move(heard_until); }  // see FanotifySource
    void announce_no_baseline(const Error& error,
                              const std::string& meanwhile = "changes are held against what was last reported until `touchstone baseline build` is run");
    void start();
    // Judges and delivers what is queued, then ends. The last notice, if any, is emitted after all else.
    void stop(std::optional<Notice> last);

    WorkQueue& queue() { return queue_; }
    const RecorderCounters& counters() const { return counters_; }
    std::vector<Delivery::Report> outputs() const;
    struct BaselineReport {
        bool present = false;
        BaselineInfo info;
    };
    BaselineReport baseline_report() const;

    // These are for commands, on the recorder thread.
    // Looks whether the baseline's file is still the one in force; what has become of it is announced. True when another is, or none any more.
    bool follow_baseline();
    void drop_baseline(const Error& error);  // it is damaged: announced once, and monitoring goes on without it
    void reopen_outputs();
    void reconfigure(const Config& config);
    void remember(const std::string& key, const std::string& value);
    void emit(Notice notice);

private:
    void run();
    void handle(Work& work);
    void handle_looked(Looked& looked);
    bool must_look_again(const Looked& looked) const;
    void look_up(std::vector<Subject>& subjects);
    bool is_word_unread(const Looked& looked) const;
    bool await_writer(const Looked& looked);
    bool is_evidence_awaited(const Looked& looked) const;
    bool await_end(const Looked& looked);
    void report(Finding finding, const std::vector<Subject>& subjects);
    void look_at_providers();
    void tell_refusals();
    void keep_for_amendment(std::string event_id, const Subject& subject);
    void judge_group(Looked& looked);
    void move_trees(std::vector<Finding>& findings, std::vector<Rename>& renames);
    void sweep_after(const std::string& scope);
    void adopt(std::vector<Subject>& subjects);
    bool load_baseline(BaselineReader opened);
    bool refuse_baseline(const Error& error);
    std::string emit(std::variant<Finding, Gap, Notice> body, WallTime at);  // the event's id
    void settle_batch();
    void finish();
    void emit_notices_of_outputs();
    SteadyTime next_deadline(SteadyTime now) const;
    void catch_up(Nanoseconds at_most);
    void flush();
    void publish();
    Names names_for(const Finding& finding);
    std::vector<std::unique_ptr<EventSink>> make_sinks(const Config& config) const;

    Config config_;
    Host host_;
    State state_;
    TouchSet& touches_;
    Pulse& pulse_;
    WorkQueue queue_;
    Ledger ledger_;
    Delivery delivery_;
    RecorderCounters counters_;
    Panel::OnHealth health_;
    Panel panel_;
    Transactions transactions_;
    Amendments amendments_;
    Refusals refusals_;
    SteadyTime providers_at_{};  // when they were last looked at
    std::optional<BaselineStamp> baseline_stamp_;
    std::uint64_t sequence_ = 0;
    std::vector<std::uint64_t> judged_tokens_;
    std::vector<SweepRequest> sweeps_after_;
    bool save_failing_ = false;
    std::function<bool(SteadyTime)> heard_until_ = [](SteadyTime) { return true; };
    SteadyTime flush_at_{};
    std::unordered_map<std::uint32_t, std::string> user_names_, group_names_;
    std::optional<Notice> last_;
    mutable std::mutex report_mutex_;
    std::vector<Delivery::Report> output_report_;
    BaselineReport baseline_report_;
    std::thread thread_;
};

}  // namespace touchstone
