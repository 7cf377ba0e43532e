#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "handles.hpp"
#include "object.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/wire.h"

namespace touchstone {
namespace {

struct Program {
    const char* function;
    const char* name;
    const char* witnesses;
};

constexpr std::array<Program, 6> kPrograms{{
    {"ts_on_fork", "tp_btf/sched_process_fork", "processes that begin"},
    {"ts_on_exec", "tp_btf/sched_process_exec", "programs that are run, with arguments and user"},
    {"ts_on_exit", "tp_btf/sched_process_exit", "processes that end"},
    {"ts_on_ctime", "tp_btf/ctime_ns_xchg", "every change of an inode: writes, mappings, attributes, names"},
    {"ts_on_ctime_skip", "tp_btf/ctime_xchg_skip", "changes within one clock tick of the last"},
    {"ts_on_ctime_set", "tp_btf/inode_set_ctime_to_ts", "change times that are set as they are given"},
}};

ts_object to_wire(KernelObject object) {
    ts_object wire{};
    wire.inode = object.inode;
    wire.device = (major(object.device) << 20) | minor(object.device);
    return wire;
}

// What libbpf would print; the last line of the verifier's words says most.
thread_local std::string last_words;
int keep_words(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN) return 0;
    std::array<char, 512> text{};
    const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
    if (size > 0) last_words.assign(text.data(), ::strnlen(text.data(), text.size()));
    while (!last_words.empty() && last_words.back() == '\n') last_words.pop_back();
    return size;
}

// The inode of this process's pid namespace; 0 when it is the initial one.
std::uint32_t own_pid_namespace() {
    constexpr ino_t kInitial = 0xEFFFFFFC;
    struct stat status {};
    if (::stat("/proc/self/ns/pid", &status) != 0 || status.st_ino == kInitial) return 0;
    return static_cast<std::uint32_t>(status.st_ino);
}

Error load_error(int error) {
    if (error == EPERM || error == EACCES) return {"load the probes: bpf(2) is not permitted", ErrorKind::no_permission, error};
    if (error == ESRCH) return {"load the probes: this kernel has not all of the tracepoints (Linux 6.13)", ErrorKind::system, error};
    return system_error("load the probes: " + last_words, error);
}

std::uint32_t ring_size(std::uint32_t wanted) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    return std::bit_ceil(std::clamp(wanted, page, 1u << 30));
}

}  // namespace

struct Probes::Impl {
    Object object;
    std::vector<Link> links;
    std::vector<bpf_program*> programs;
    std::vector<ProbeReport> reports;
    Ring ring;
    int watched = -1, seen = -1, count = -1;
    std::uint32_t cpus = 1;

    const Each* each = nullptr;  // of the drain() that runs
    std::uint64_t read = 0, malformed = 0, malformed_before = 0;
    ts_counters counted{};  // at the last drain()
    std::uint64_t made = 0;  // at the last check()
    std::uint64_t missed_at_check = 0, missed_fresh = 0;

    // What ts_seen holds, by inode; all is told again when there are more than `most`.
    mutable std::mutex mutex;
    std::unordered_multimap<std::uint64_t, ts_seen_key> told;
    std::size_t most = 1;

    static int on_record(void* self, void* bytes, std::size_t size);
    void record(const void* bytes, std::size_t size);
    void remember(std::uint64_t inode, const ts_seen_key& key);
    Status open(const ProbeOptions& options);
    Status attach();
    ts_counters sum() const;
    std::uint64_t missed() const;
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
    if (told.size() >= most) {
        for (const auto& [_, old] : told) bpf_map_delete_elem(seen, &old);
        told.clear();
    }
    told.emplace(inode, key);
}

Status Probes::Impl::open(const ProbeOptions& options) {
    libbpf_set_print(keep_words);
    object.reset(bpf_object__open_mem(touchstone_bpf_object, bpf_object_size(), nullptr));
    if (!object) return fail(system_error("read the probes: " + last_words));
    most = std::max(options.seen, 1u);
    const auto resize = [&](const char* map, std::uint32_t entries) { bpf_map__set_max_entries(bpf_object__find_map_by_name(object.get(), map), entries); };
    const ts_settings settings{own_pid_namespace()};
    bpf_map* const place = bpf_object__find_map_by_name(object.get(), ".rodata.settings");
    if (place == nullptr || bpf_map__set_initial_value(place, &settings, sizeof settings) != 0) return fail(system_error("set up the probes"));
    resize("ts_ring", ring_size(options.ring_bytes));
    resize("ts_watched", std::max(options.watched, 1u));
    resize("ts_seen", std::max(options.seen, 1u));
    if (const int error = bpf_object__load(object.get()); error != 0) return fail(load_error(-error));
    const auto map = [&](const char* name) { return bpf_object__find_map_fd_by_name(object.get(), name); };
    watched = map("ts_watched");
    seen = map("ts_seen");
    count = map("ts_count");
    cpus = static_cast<std::uint32_t>(std::max(libbpf_num_possible_cpus(), 1));
    ring.reset(ring_buffer__new(map("ts_ring"), on_record, this, nullptr));
    return ring ? Status{} : fail(system_error("map the ring of the probes"));
}

Status Probes::Impl::attach() {
    Status result;
    for (const auto& each_program : kPrograms) {
        bpf_program* program = bpf_object__find_program_by_name(object.get(), each_program.function);
        Link link(program != nullptr ? bpf_program__attach(program) : nullptr);
        ProbeReport report{each_program.name, each_program.witnesses, link != nullptr, {}};
        if (!link) {
            const auto error = system_error(std::string("attach ") + each_program.name);
            report.why_not = error.what;
            result = fail(error);
        }
        reports.push_back(std::move(report));
        programs.push_back(program);
        links.push_back(std::move(link));
    }
    return result;
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

std::uint64_t Probes::Impl::missed() const {
    std::uint64_t total = 0;
    for (const bpf_program* program : programs) {
        bpf_prog_info info{};
        std::uint32_t size = sizeof info;
        if (program != nullptr && bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0) total += info.recursion_misses;
    }
    return total;
}

Probes::Probes(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Probes::~Probes() = default;

Result<std::unique_ptr<Probes>> Probes::load(const ProbeOptions& options) {
    auto impl = std::make_unique<Impl>();
    if (auto opened = impl->open(options); !opened) return fail(opened.error());
    if (auto attached = impl->attach(); !attached) return fail(attached.error());
    return std::unique_ptr<Probes>(new Probes(std::move(impl)));
}

std::string_view name_of(ProbeTier tier) { return tier == ProbeTier::timestamps ? "timestamp tracepoints" : "none"; }

ProbeTier Probes::tier() const { return ProbeTier::timestamps; }
std::vector<ProbeReport> Probes::reports() const { return impl_->reports; }
int Probes::fd() const { return ring_buffer__epoll_fd(impl_->ring.get()); }

Probes::Lost Probes::drain(const Each& each) {
    impl_->each = &each;
    ring_buffer__consume(impl_->ring.get());
    impl_->each = nullptr;
    const auto now = impl_->sum();
    const auto missed = std::exchange(impl_->missed_fresh, 0) + impl_->malformed - std::exchange(impl_->malformed_before, impl_->malformed);
    const Lost lost{now.lost - impl_->counted.lost + missed, now.lost_processes - impl_->counted.lost_processes};
    impl_->counted = now;
    return lost;
}

std::string Probes::check() {
    for (std::size_t index = 0; index < impl_->links.size(); ++index) {
        bpf_link_info info{};
        std::uint32_t size = sizeof info;
        const int fd = bpf_link__fd(impl_->links[index].get());
        if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0 || info.prog_id == 0) return fmt::format("{} is no longer attached", impl_->reports[index].name);
    }
    const auto total = impl_->sum();
    const auto missed = impl_->missed();
    impl_->missed_fresh += missed - std::exchange(impl_->missed_at_check, missed);
    // What had been made at the last check has arrived by now, or was counted as lost.
    const std::uint64_t explained = impl_->read + total.lost + total.lost_processes;
    const std::uint64_t expected = std::exchange(impl_->made, total.sequence);
    if (explained < expected) return fmt::format("{} records were made and neither arrived nor were counted as lost", expected - explained);
    return {};
}

Status Probes::repair() {
    impl_->links.clear();
    impl_->programs.clear();
    impl_->reports.clear();
    return impl_->attach();
}

Status Probes::watch(KernelObject object, WatchKind kind) {
    const ts_object key = to_wire(object);
    const auto flags = static_cast<std::uint32_t>(kind);
    if (bpf_map_update_elem(impl_->watched, &key, &flags, BPF_ANY) != 0) return fail(system_error("enter a watched object into the probes' map"));
    return {};
}

void Probes::unwatch(KernelObject object) {
    const ts_object key = to_wire(object);
    bpf_map_delete_elem(impl_->watched, &key);
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
    return {total.sequence, total.lost, total.lost_processes, impl_->missed(), total.repeated, total.unwatched, impl_->malformed};
}

}  // namespace touchstone
