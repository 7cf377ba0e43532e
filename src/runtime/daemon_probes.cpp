// The daemon's part for the probes: loading them, saying what they see, and noticing when they no longer do.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "clock.hpp"
#include "daemon.hpp"
#include "fallbacks.hpp"

namespace touchstone {
namespace {

constexpr int kCanaryEvery = 60;                            // checks, one a second
constexpr std::size_t kProcessesAtOnce = 128;               // read from /proc; some 10 ms
constexpr Nanoseconds kSayAgain = std::chrono::minutes(1);  // the same fault

}  // namespace

Status Daemon::load_probes() {
    const Config& config = loaded_.config;
    if (config.sources.ebpf == ProbeUse::off) {
        no_probes_ = "switched off by [sources] ebpf";
        return {};
    }
    ProbeOptions options;
    options.ring_bytes = config.limits.probe_ring;
    options.watched = config.limits.probe_watched;
    options.seen = config.limits.probe_told;
    auto loaded = Probes::load(options);
    if (loaded) {
        probes_ = std::move(*loaded);
        return source_->join(*probes_);
    }
    no_probes_ = loaded.error().what;
    if (config.sources.ebpf == ProbeUse::automatic) return {};
    Error error = loaded.error();
    error.what += "; [sources] ebpf = \"required\" does not let the watch start without them";
    return fail(error);
}

void Daemon::announce_probes() {
    if (loaded_.config.sources.ebpf == ProbeUse::off) return;
    if (!probes_) {
        recorder_->queue().push_now(fanotify_fallback(fmt::format("watching by fanotify alone: {}", no_probes_), no_probes_));
        return;
    }
    for (auto& notice : probe_fallbacks(*probes_)) recorder_->queue().push_now(std::move(notice));
}

void Daemon::write_back() {
    for (const auto& failed : source_->write_back()) {
        Notice notice = fallback(Severity::medium,
                                 fmt::format("stores through shared mappings that were there before the watch may be missed on {}: it could not be written back: {}",
                                             failed.mount_point, failed.why),
                                 "found by comparing", failed.why);
        notice.path = failed.mount_point;
        recorder_->queue().push_now(std::move(notice));
    }
}

void Daemon::check_probes() {
    if (!probes_) return;
    source_->drain(kDrainBudget);  // records of processes alone wake nobody
    processes_->fill(kProcessesAtOnce);
    source_->look_at_mapped();
    std::string fault = probes_->check();
    if (fault.empty()) fault = probes_->examine(kCanaryEvery, boot_now());
    if (fault.empty() && --canary_due_ <= 0) fault = sound_canary();
    if (!fault.empty()) tampered(fault);
    say_what_is_unwitnessed();
}

// Said once. What the probes cannot be told to watch, fanotify tells alone from then on.
void Daemon::say_what_is_unwitnessed() {
    const auto why = source_->unwitnessed();
    if (why.empty() || std::exchange(unwitnessed_, why) == why) return;
    source_->distrust("the probes do not watch everything: " + why, true);
    recorder_->queue().push_now(fanotify_fallback(fmt::format("file systems stay marked as a whole, and the probes do not see everything: {}", why), why));
}

// From the probe to the state on disk, as far as nobody else is told. "" when it came through.
std::string Daemon::sound_canary() {
    canary_due_ = kCanaryEvery;
    if (!canary_) {
        auto made = Canary::make(loaded_.config.state.path);
        if (!made) return made.error().what;
        if (auto set = source_->set_canary(made->fd()); !set) return set.error().what;
        canary_.emplace(std::move(*made));
    }
    if (canaries_saved_ != canaries_sent_) say_tampered("what the canary said was not written down within its time", "no");
    source_->looked_at({0, canary_->inode()});
    const auto heard = source_->canaries_heard();
    const auto lost = probes_->counters().lost;
    if (auto touched = canary_->touch(); !touched) return touched.error().what;
    source_->drain(kDrainBudget);
    if (source_->canaries_heard() == heard && probes_->counters().lost == lost) return "a touch of the canary was not told";
    const auto number = ++canaries_sent_;
    recorder_->queue().push_now(Command([this, number] {
        recorder_->remember("canary", std::to_string(number));
        canaries_saved_ = number;
    }));
    return {};
}

// Whatever was changed while they were not whole is found by the sweep.
void Daemon::tampered(const std::string& fault) {
    const auto repaired = probes_->repair();
    if (repaired || probes_whole_) source_->distrust("the probes were interfered with: " + fault, repaired.has_value());
    if (!repaired && probes_whole_) {
        const std::string& why = repaired.error().what;
        recorder_->queue().push_now(fanotify_fallback(fmt::format("watching by fanotify alone until the probes are repaired: {}", why), why));
    }
    probes_whole_ = repaired.has_value();
    const auto now = steady_now();
    if (fault == last_fault_ && now - last_fault_at_ < kSayAgain) return;
    last_fault_ = fault;
    last_fault_at_ = now;
    say_tampered(fault, repaired ? "yes" : repaired.error().what);
}

void Daemon::say_tampered(const std::string& fault, const std::string& repaired) {
    Notice notice;
    notice.action = NoticeAction::tamper;
    notice.severity = Severity::critical;
    notice.text = fmt::format("the probes were interfered with, or do not work: {}; repaired: {}", fault, repaired);
    notice.details = {{"fault", fault}, {"repaired", repaired}};
    recorder_->queue().push_now(std::move(notice));
}

}  // namespace touchstone
