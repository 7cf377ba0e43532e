#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "family.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/wire.h"

namespace touchstone {
namespace {

constexpr int kPatience = 100;
constexpr std::size_t kFewest = 64, kMost = 1'024;  // entries of a map that are examined at a time

// Each entry costs a system call or two.
std::size_t share(std::size_t whole, std::size_t rounds) { return std::clamp<std::size_t>(whole / rounds + 1, kFewest, kMost); }

ts_object to_wire(KernelObject object) {
    ts_object wire{};
    wire.inode = object.inode;
    wire.device = (major(object.device) << 20) | minor(object.device);
    return wire;
}

KernelObject from_wire(const ts_object& object) { return {makedev(object.device >> 20, object.device & 0xfffff), object.inode}; }

bool same(const ts_seen_key& a, const ts_seen_key& b) {
    return a.object.inode == b.object.inode && a.object.device == b.object.device && a.start == b.start && a.tgid == b.tgid;
}

// One step through a hash; nullopt at its end. When the last key has gone meanwhile, from the beginning.
template <class Key>
bool step(int map, std::optional<Key>& key) {
    Key next{};
    if (bpf_map_get_next_key(map, key ? &*key : nullptr, &next) != 0) key.reset();
    else key = next;
    return key.has_value();
}

std::uint32_t ring_size(std::uint32_t wanted) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    return std::bit_ceil(std::clamp(wanted, page, 1u << 30));
}

}  // namespace

struct Probes::Impl {
    ProbeTier tier = ProbeTier::none;
    std::optional<Family> family;
    Ring ring;
    int watched = -1, seen = -1, count = -1;
    std::uint32_t cpus = 1;

    const Each* each = nullptr;  // of the drain() that runs
    std::uint64_t read = 0, malformed = 0, malformed_before = 0;
    ts_counters counted{};                                       // at the last drain()
    std::uint64_t made = 0, missed = 0, missed_not_told = 0;     // at the last check()

    struct ObjectHash {
        std::size_t operator()(const KernelObject& object) const { return std::hash<std::uint64_t>{}(object.inode * 0x9e3779b97f4a7c15u ^ object.device); }
    };

    // What ts_watched holds.
    std::mutex filter;
    std::unordered_map<KernelObject, std::uint32_t, ObjectHash> entered;
    std::size_t next_bucket = 0;
    std::optional<ts_object> last_watched;
    std::optional<ts_seen_key> last_seen;

    // What ts_seen holds, by inode; all is told again when there are more than `most`.
    mutable std::mutex mutex;
    std::unordered_multimap<std::uint64_t, ts_seen_key> told;
    std::size_t most = 1;

    static int on_record(void* self, void* bytes, std::size_t size);
    void record(const void* bytes, std::size_t size);
    void remember(std::uint64_t inode, const ts_seen_key& key);
    Status open(const ProbeOptions& options);
    Status map(const MapSizes& sizes);
    std::string examine_entered(std::size_t rounds);
    std::string examine_watched(std::size_t rounds);
    std::string examine_seen(std::size_t rounds, Nanoseconds now);
    bool is_told(const ts_seen_key& key) const;
    void restore_filter();
    void forget_told();
    ts_counters sum() const;
    std::uint64_t unread() const;  // made, and found no room
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
    if (const auto* touch = std::get_if<TouchRecord>(&*decoded)) {
        ts_seen_key key{};
        key.object = to_wire(touch->object);
        key.start = touch->process.start;
        key.tgid = static_cast<std::uint32_t>(touch->process.pid);
        remember(touch->object.inode, key);
    }
    (*each)(std::move(*decoded));
}

void Probes::Impl::remember(std::uint64_t inode, const ts_seen_key& key) {
    const std::lock_guard lock(mutex);
    if (told.size() >= most) forget_told();
    told.emplace(inode, key);
}

Status Probes::Impl::open(const ProbeOptions& options) {
    const auto kernel = Kernel::running();
    if (!kernel) return fail(kernel.error());
    const MapSizes sizes{ring_size(options.ring_bytes), std::max(options.watched, 1u), std::max(options.seen, 1u)};
    Error refused{"", ErrorKind::system, EOPNOTSUPP};
    for (const auto each_tier : {ProbeTier::timestamps, ProbeTier::lsm, ProbeTier::fentry}) {
        if (options.tier.value_or(each_tier) != each_tier) continue;
        if (auto attached = Family::attach(each_tier, *kernel, sizes)) {
            family.emplace(std::move(*attached));
            tier = each_tier;
            return map(sizes);
        } else {
            refused.what += (refused.what.empty() ? "" : "; ") + attached.error().what;
            if (refused.code == EOPNOTSUPP) std::tie(refused.kind, refused.code) = std::pair(attached.error().kind, attached.error().code);
        }
    }
    return fail(refused);
}

Status Probes::Impl::map(const MapSizes& sizes) {
    most = sizes.seen;
    watched = family->map("ts_watched");
    seen = family->map("ts_seen");
    count = family->map("ts_count");
    cpus = static_cast<std::uint32_t>(std::max(libbpf_num_possible_cpus(), 1));
    ring.reset(ring_buffer__new(family->map("ts_ring"), on_record, this, nullptr));
    return ring ? Status{} : fail(system_error("map the ring of the probes"));
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

std::uint64_t Probes::Impl::unread() const {
    const auto total = sum();
    return total.lost + total.lost_processes;
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
std::vector<ProbeReport> Probes::reports() const { return impl_->family->reports(); }
int Probes::fd() const { return ring_buffer__epoll_fd(impl_->ring.get()); }

Probes::Lost Probes::drain(const Each& each) {
    impl_->each = &each;
    const std::uint64_t made = impl_->sum().sequence;
    ring_buffer__consume(impl_->ring.get());
    // A record that another CPU is just filling in hides those behind it.
    for (int tries = 0; tries < kPatience && impl_->read + impl_->unread() < made; ++tries) {
        ::sched_yield();
        ring_buffer__consume(impl_->ring.get());
    }
    impl_->each = nullptr;
    const auto now = impl_->sum();
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

std::string Probes::Impl::examine_entered(std::size_t rounds) {
    const std::lock_guard lock(filter);
    const std::size_t entries = share(entered.bucket_count(), rounds);
    if (next_bucket >= entered.bucket_count()) next_bucket = 0;
    for (std::size_t seen_here = 0; seen_here < entries && next_bucket < entered.bucket_count(); ++next_bucket, ++seen_here) {
        for (auto entry = entered.begin(next_bucket); entry != entered.end(next_bucket); ++entry) {
            const ts_object key = to_wire(entry->first);
            std::uint32_t flags = 0;
            if (bpf_map_lookup_elem(watched, &key, &flags) != 0) return "a watched object was taken out of the filter";
            if (flags != entry->second) return "a watched object was altered in the filter";
        }
    }
    return {};
}

std::string Probes::Impl::examine_watched(std::size_t rounds) {
    const std::lock_guard lock(filter);
    for (std::size_t entries = share(entered.size(), rounds); entries > 0 && step(watched, last_watched); --entries)
        if (!entered.contains(from_wire(*last_watched))) return "an object was put into the filter";
    return {};
}

bool Probes::Impl::is_told(const ts_seen_key& key) const {
    const auto [first, last] = told.equal_range(key.object.inode);
    return std::any_of(first, last, [&](const auto& entry) { return same(entry.second, key); });
}

// What is younger may not have been read yet.
std::string Probes::Impl::examine_seen(std::size_t rounds, Nanoseconds now) {
    constexpr Nanoseconds kUnread = std::chrono::seconds(5);
    const std::lock_guard lock(mutex);
    for (std::size_t entries = share(told.size(), rounds); entries > 0 && step(seen, last_seen); --entries) {
        std::uint64_t when = 0;
        if (is_told(*last_seen) || bpf_map_lookup_elem(seen, &*last_seen, &when) != 0) continue;
        if (Nanoseconds(static_cast<std::int64_t>(when)) + kUnread < now) return "a touch was marked as told that never was";
    }
    return {};
}

void Probes::Impl::restore_filter() {
    const std::lock_guard lock(filter);
    std::vector<ts_object> strangers;
    for (std::optional<ts_object> key; step(watched, key);)
        if (!entered.contains(from_wire(*key))) strangers.push_back(*key);
    for (const auto& key : strangers) bpf_map_delete_elem(watched, &key);
    for (const auto& [object, flags] : entered) {
        const ts_object key = to_wire(object);
        bpf_map_update_elem(watched, &key, &flags, BPF_ANY);
    }
}

void Probes::Impl::forget_told() {
    std::vector<ts_seen_key> keys;
    for (std::optional<ts_seen_key> key; keys.size() <= 2 * most && step(seen, key);) keys.push_back(*key);
    for (const auto& key : keys) bpf_map_delete_elem(seen, &key);
    told.clear();
}

std::string Probes::examine(std::size_t rounds, Nanoseconds now) {
    auto wrong = impl_->examine_entered(rounds);
    if (wrong.empty()) wrong = impl_->examine_watched(rounds);
    return wrong.empty() ? impl_->examine_seen(rounds, now) : wrong;
}

Status Probes::repair() {
    impl_->restore_filter();
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->forget_told();
    }
    return impl_->family->attach_again();
}

Status Probes::watch(KernelObject object, WatchKind kind) {
    const ts_object key = to_wire(object);
    const auto flags = static_cast<std::uint32_t>(kind);
    const std::lock_guard lock(impl_->filter);
    if (bpf_map_update_elem(impl_->watched, &key, &flags, BPF_ANY) != 0) return fail(system_error("enter a watched object into the probes' map"));
    impl_->entered[object] = flags;
    return {};
}

void Probes::unwatch(KernelObject object) {
    const ts_object key = to_wire(object);
    const std::lock_guard lock(impl_->filter);
    bpf_map_delete_elem(impl_->watched, &key);
    impl_->entered.erase(object);
}

Status Probes::watch_device(std::uint64_t device) { return watch({device, 0}, WatchKind::object); }

void Probes::looked_at(std::uint64_t inode) {
    const std::lock_guard lock(impl_->mutex);
    const auto [first, last] = impl_->told.equal_range(inode);
    for (auto each = first; each != last; ++each) bpf_map_delete_elem(impl_->seen, &each->second);
    impl_->told.erase(first, last);
}

ProbeCounters Probes::counters() const {
    const auto total = impl_->sum();
    return {total.sequence, total.lost, total.lost_processes, impl_->family->missed(), total.repeated, total.unwatched, impl_->malformed};
}

}  // namespace touchstone
