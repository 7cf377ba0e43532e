// FanotifySource's part for reading.
#include <linux/fanotify.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "fanotify_impl.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kLeastBuffer = 4096;  // holds the largest event
constexpr std::size_t kUsualEvent = 96;

}  // namespace

bool FanotifySource::drain(std::size_t budget) {
    const auto begun = impl_->options.steady_now();
    impl_->draining = true;
    bool empty = true;
    impl_->apply_probes();
    for (std::size_t index = 0; index < impl_->marker.groups(); ++index) {
        if (impl_->marker.group(index) != nullptr && !impl_->drain_group(index, budget)) empty = false;
    }
    {
        const std::lock_guard lock(impl_->mutex);
        if (empty && impl_->unsettled) {
            impl_->translator.settle(impl_->outbox);
            impl_->own.settle();
            if (impl_->witness) impl_->witness->forget_freed();
            impl_->unsettled = false;
        }
        impl_->ground.close_mounts();
    }
    impl_->outbox.send(impl_->receiver);
    if (empty) impl_->emptied = begun;
    impl_->draining = false;
    return empty;
}

bool FanotifySource::heard_until(SteadyTime when) const {
    if (impl_->emptied.load() > when) return true;
    pollfd waiting{fd(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 0 && !impl_->draining;  // what is no longer in the queue is in the hands of a drain that said so before
}

bool FanotifySource::Impl::drain_group(std::size_t index, std::size_t& budget) {
    while (budget > 0) {
        const std::size_t size = std::clamp(budget * kUsualEvent, kLeastBuffer, buffer.size());
        const auto got = marker.group(index)->read(buffer.data(), size);
        if (got == 0) return true;
        if (got < 0) {
            const std::string why = system_error("read of fanotify").what;
            const std::lock_guard lock(mutex);
            if (!failing) lose(why, outbox);
            failing = true;
            return true;
        }
        failing = false;
        unsettled = true;
        take_batch(index, std::string_view(buffer.data(), static_cast<std::size_t>(got)));
        budget -= std::min(budget, batch.size());
    }
    return false;
}

// Read after the events that are to be joined with them: what the probes tell of a change is in the ring before its event is in the queue, or not
// much later.
void FanotifySource::Impl::apply_probes() {
    if (!witness) return;
    const auto wall = options.wall_now();
    const auto now = options.steady_now();
    const auto lost = probes.load()->drain([&](const ProbeRecord& record) {
        const std::lock_guard lock(mutex);
        witness->apply(record, wall, now, outbox);
    });
    if (lost.touches + lost.processes > 0) witness->doubt();
    if (lost.touches > 0) outbox.gaps.push_back({"", "records of the probes were lost", lost.touches, wall});
    outbox.send(receiver);
}

void FanotifySource::Impl::take_batch(std::size_t group, std::string_view bytes) {
    batch.clear();
    apply_probes();
    while (auto event = decode_fanotify(bytes)) batch.push_back(*event);
    translator.begin_batch(options.wall_now(), options.steady_now());
    const std::span<const FanotifyEvent> all(batch);
    for (std::size_t index = 0; index < batch.size(); ++index) {
        {
            const std::lock_guard lock(mutex);  // for each event: sweeps enter directories meanwhile
            ++counters.events;
            if ((batch[index].mask & FAN_Q_OVERFLOW) != 0) {
                ++counters.overflows;
                lose("kernel queue overflow", outbox);
            } else if (batch[index].malformed != nullptr) {
                lose(std::string("an event could not be understood: ") + batch[index].malformed, outbox);
            } else {
                translator.translate(all.subspan(index), group, outbox);
            }
        }
        outbox.send(receiver);
    }
    close_descriptors();
}

void FanotifySource::Impl::close_descriptors() {
    for (const auto& event : batch) {
        if (event.pidfd >= 0) ::close(event.pidfd);
        if (event.fd >= 0) ::close(event.fd);
    }
}

// Renames may be among what was lost: what is known of directories is worth nothing. The sweep that answers the gap tells it anew.
void FanotifySource::Impl::lose(std::string reason, Outbox& out) {
    out.gaps.push_back({"", std::move(reason), 0, options.wall_now()});
    ground.forget_directories();
    need_sweep();
    mark_planned(out);
}

}  // namespace touchstone
