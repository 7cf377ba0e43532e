#include "reload.hpp"

namespace touchstone {

std::vector<std::string> keep_until_restart(const Config& in_force, Config& next) {
    std::vector<std::string> kept;
    const auto keep = [&kept](const auto& is, auto& wanted, const char* key) {
        if (wanted == is) return;
        wanted = is;
        kept.emplace_back(key);
    };
    keep(in_force.baseline.path, next.baseline.path, "baseline.path");
    keep(in_force.baseline.digest, next.baseline.digest, "baseline.digest");
    keep(in_force.state.path, next.state.path, "state.path");
    keep(in_force.sources.ebpf, next.sources.ebpf, "sources.ebpf");
    keep(in_force.sources.fanotify, next.sources.fanotify, "sources.fanotify");
    keep(in_force.sources.filesystems, next.sources.filesystems, "sources.filesystems");
    keep(in_force.settle.successor, next.settle.successor, "settle.successor");
    keep(in_force.settle.quiet, next.settle.quiet, "settle.quiet");
    keep(in_force.settle.patience, next.settle.patience, "settle.patience");
    keep(in_force.verify.threads, next.verify.threads, "verify.threads");
    keep(in_force.verify.period, next.verify.period, "verify.period");
    keep(in_force.verify.cpu_percent, next.verify.cpu_percent, "verify.cpu");
    keep(in_force.verify.io, next.verify.io, "verify.io");
    keep(in_force.verify.measure, next.verify.measure, "verify.verity");
    keep(in_force.verify.back_off, next.verify.back_off, "verify.back_off");
    keep(in_force.verify.tags, next.verify.tags, "verify.tags");
    keep(in_force.metrics.enabled, next.metrics.enabled, "output.metrics.enabled");
    keep(in_force.metrics.path, next.metrics.path, "output.metrics.path");
    keep(in_force.limits.kernel_queue, next.limits.kernel_queue, "limits.kernel_queue");
    keep(in_force.limits.touch_set, next.limits.touch_set, "limits.touch_set");
    keep(in_force.limits.pending, next.limits.pending, "limits.pending");
    keep(in_force.limits.outbox, next.limits.outbox, "limits.outbox");
    keep(in_force.limits.gaps, next.limits.gaps, "limits.gaps");
    keep(in_force.limits.actors, next.limits.actors, "limits.actors");
    keep(in_force.limits.processes, next.limits.processes, "limits.processes");
    keep(in_force.limits.group, next.limits.group, "limits.group");
    keep(in_force.limits.amendable, next.limits.amendable, "limits.amendable");
    keep(in_force.limits.probe_ring, next.limits.probe_ring, "limits.probe_ring");
    keep(in_force.limits.probe_watched, next.limits.probe_watched, "limits.probe_watched");
    keep(in_force.limits.probe_told, next.limits.probe_told, "limits.probe_told");
    return kept;
}

}  // namespace touchstone
