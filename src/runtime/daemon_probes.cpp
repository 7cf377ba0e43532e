// The daemon's part for the probes: loading them, saying what they see, and noticing when they no longer do.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "clock.hpp"
#include "daemon.hpp"

namespace touchstone {

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
        return {};
    }
    no_probes_ = loaded.error().what;
    if (config.sources.ebpf == ProbeUse::automatic) return {};
    Error error = loaded.error();
    error.what += "; [sources] ebpf = \"required\" does not let the watch start without them";
    return fail(error);
}

void Daemon::announce_probes() {
    if (probes_ || loaded_.config.sources.ebpf == ProbeUse::off) return;
    Notice notice;
    notice.action = NoticeAction::fallback;
    notice.severity = Severity::medium;
    notice.text = fmt::format("watching by fanotify alone: {}", no_probes_);
    notice.details = {{"how", "fanotify"}, {"why", no_probes_}};
    recorder_->queue().push_now(std::move(notice));
}

// Whatever was changed while they were not whole is found by the sweep.
void Daemon::check_probes() {
    if (!probes_) return;
    source_->drain(kDrainBudget);  // records of processes alone wake nobody
    const std::string fault = probes_->check();
    if (fault.empty()) return;
    const auto repaired = probes_->repair();
    Notice notice;
    notice.action = NoticeAction::tamper;
    notice.severity = Severity::critical;
    notice.text = fmt::format("the probes were interfered with: {}; {}", fault, repaired ? "they are attached again" : repaired.error().what);
    notice.details = {{"fault", fault}, {"repaired", repaired ? "yes" : repaired.error().what}};
    recorder_->queue().push_now(std::move(notice));
    touches_->gap({"", "the probes were interfered with: " + fault, 0, wall_now()});
}

}  // namespace touchstone
