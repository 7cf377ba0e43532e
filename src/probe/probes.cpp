#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <mutex>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "family.hpp"
#include "filter.hpp"
#include "mappings.hpp"
#include "told.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/wire.h"

namespace touchstone {
namespace {

constexpr int kPatience = 100;

std::uint32_t ring_size(std::uint32_t wanted) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    return std::bit_ceil(std::clamp(wanted, page, 1u << 30));
}

}  // namespace

struct Probes::Impl {
    ProbeTier tier = ProbeTier::none;
    std::string declined;
    std::optional<Family> family;
    std::optional<Filter> filter;
    std::optional<Told> told;
    Ring ring;
    int count = -1;
    std::uint32_t cpus = 1;

    const Each* each = nullptr;  // of the drain() that runs
    std::uint64_t read = 0, malformed = 0, malformed_before = 0;
    ts_counters counted{};                                    // at the last drain()
    std::uint64_t made = 0, missed = 0, missed_not_told = 0;  // at the last check()

    std::mutex mapping;
    std::optional<Mappings> mappings;  // once it was asked for

    static int on_record(void* self, void* bytes, std::size_t size);
    void record(const void* bytes, std::size_t size);
    Status open(const ProbeOptions& options);
    Status map(const ProbeOptions& options);
    ts_counters sum() const;
    bool has_arrived(std::uint64_t records, const ts_counters& now) const { return read + now.lost + now.lost_processes >= records; }
};

int Probes::Impl::on_record(void* self, void* bytes, std::size_t size) {
    static_cast<Impl*>(self)->record(bytes, size);
    return 0;
}

void Probes::Impl::record(const void* bytes, std::size_t size) {
    ++read;
    auto decoded = decode_record(bytes, size);
    if (!decoded) {
        ++malformed;
        return;
    }
    if (const auto* touch = std::get_if<TouchRecord>(&*decoded)) told->remember(*touch);
    (*each)(std::move(*decoded));
}

Status Probes::Impl::open(const ProbeOptions& options) {
    const auto kernel = Kernel::running();
    if (!kernel) return fail(kernel.error());
    const MapSizes sizes{ring_size(options.ring_bytes), std::max(options.seen, 1u)};
    Error refused{"", ErrorKind::system, EOPNOTSUPP};
    for (const auto each_tier : {ProbeTier::timestamps, ProbeTier::lsm, ProbeTier::fentry}) {
        if (options.tier.value_or(each_tier) != each_tier) continue;
        if (auto attached = Family::attach(each_tier, *kernel, sizes)) {
            family.emplace(std::move(*attached));
            tier = each_tier;
            declined = refused.what;
            return map(options);
        } else {
            refused.what += (refused.what.empty() ? "" : "; ") + attached.error().what;
            if (refused.code == EOPNOTSUPP) std::tie(refused.kind, refused.code) = std::pair(attached.error().kind, attached.error().code);
        }
    }
    return fail(refused);
}

Status Probes::Impl::map(const ProbeOptions& options) {
    filter.emplace(family->map("ts_filter"), std::max(options.room, 1u), std::max(options.watched, 1u));
    told.emplace(family->map("ts_seen"), std::max(options.seen, 1u));
    count = family->map("ts_count");
    cpus = static_cast<std::uint32_t>(std::max(libbpf_num_possible_cpus(), 1));
    ring.reset(ring_buffer__new(family->map("ts_ring"), on_record, this, nullptr));
    return ring ? filter->open() : fail(system_error("map the ring of the probes"));
}

ts_counters Probes::Impl::sum() const {
    std::vector<ts_counters> values(cpus);
    const std::uint32_t zero = 0;
    ts_counters total{};
    if (bpf_map_lookup_elem(count, &zero, values.data()) != 0) return total;
    for (const auto& value : values) {
        total.sequence += value.sequence;
        total.lost += value.lost;
        total.lost_processes += value.lost_processes;
        total.repeated += value.repeated;
        total.unwatched += value.unwatched;
    }
    return total;
}

Probes::Probes(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Probes::~Probes() = default;

Result<std::unique_ptr<Probes>> Probes::load(const ProbeOptions& options) {
    auto impl = std::make_unique<Impl>();
    if (auto opened = impl->open(options); !opened) return fail(opened.error());
    return std::unique_ptr<Probes>(new Probes(std::move(impl)));
}

std::string_view name_of(ProbeTier tier) {
    switch (tier) {
        case ProbeTier::timestamps: return "timestamp tracepoints";
        case ProbeTier::lsm: return "BPF LSM and fentry";
        case ProbeTier::fentry: return "fentry";
        case ProbeTier::none: break;
    }
    return "none";
}

ProbeTier Probes::tier() const { return impl_->tier; }
std::string Probes::declined() const { return impl_->declined; }
std::vector<ProbeReport> Probes::reports() const { return impl_->family->reports(); }
int Probes::fd() const { return ring_buffer__epoll_fd(impl_->ring.get()); }

Probes::Lost Probes::drain(const Each& each) {
    impl_->each = &each;
    const std::uint64_t made = impl_->sum().sequence;
    ring_buffer__consume(impl_->ring.get());
    auto now = impl_->sum();
    // A record that another CPU is just filling in hides those behind it.
    for (int tries = 0; tries < kPatience && !impl_->has_arrived(made, now); ++tries) {
        ::sched_yield();
        ring_buffer__consume(impl_->ring.get());
        now = impl_->sum();
    }
    impl_->each = nullptr;
    const auto unread = std::exchange(impl_->missed_not_told, 0) + impl_->malformed - std::exchange(impl_->malformed_before, impl_->malformed);
    const Lost lost{now.lost - impl_->counted.lost + unread, now.lost_processes - impl_->counted.lost_processes};
    impl_->counted = now;
    return lost;
}

std::string Probes::check() {
    if (const auto name = impl_->family->detached(); !name.empty()) return name + " is no longer attached";
    const auto total = impl_->sum();
    const auto missed = impl_->family->missed();
    impl_->missed_not_told += missed - std::exchange(impl_->missed, missed);
    // What had been made at the last check has arrived by now, or was counted as lost.
    const std::uint64_t explained = impl_->read + total.lost + total.lost_processes;
    const std::uint64_t expected = std::exchange(impl_->made, total.sequence);
    if (explained >= expected) return {};
    impl_->read += expected - explained;  // said once
    return fmt::format("{} records were made and neither arrived nor were counted as lost", expected - explained);
}

std::string Probes::examine(std::size_t calls, Nanoseconds now) {
    auto wrong = impl_->filter->examine(calls);
    return wrong.empty() ? impl_->told->examine(calls, now) : wrong;
}

Status Probes::repair() {
    if (auto restored = impl_->filter->restore(); !restored) return restored;
    impl_->told->forget_all();
    return impl_->family->attach_again();
}

Status Probes::watch(KernelObject object, WatchKind kind) { return impl_->filter->enter(object, static_cast<std::uint32_t>(kind)); }
void Probes::unwatch(KernelObject object) { impl_->filter->remove(object); }
Status Probes::watch_device(std::uint64_t device) { return watch({device, 0}, WatchKind::object); }
void Probes::looked_at(std::uint64_t inode) { impl_->told->forget(inode); }

Result<std::vector<MappedFile>> Probes::mapped() {
    const std::lock_guard lock(impl_->mapping);
    if (!impl_->mappings) {
        auto loaded = Mappings::load();
        if (!loaded) return fail(loaded.error());
        impl_->mappings.emplace(std::move(*loaded));
    }
    return impl_->mappings->read();
}

ProbeCounters Probes::counters() const {
    const auto total = impl_->sum();
    return {total.sequence, total.lost, total.lost_processes, impl_->family->missed(), total.repeated, total.unwatched, impl_->malformed};
}

}  // namespace touchstone
