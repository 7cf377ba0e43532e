#include "touchstone/process_table.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "cgroup_paths.hpp"
#include "lineage.hpp"
#include "process_table_read.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr long kPidfsMagic = 0x50494446;
constexpr Nanoseconds kExecutableAge = std::chrono::milliseconds(1);  // after that, ask again which program it runs
constexpr Nanoseconds kProcessAge = std::chrono::milliseconds(100);   // after that, read all of it again
constexpr std::size_t kBytesEach = 2048;
constexpr std::size_t kLeastBytes = 1u << 20;

std::size_t bytes_of(const Process& process) {
    std::size_t bytes = sizeof process + process.entity_id.size() + process.name.size() + process.executable.size() + process.cgroup.size() +
                        process.container_id.size();
    for (const auto& argument : process.args) bytes += sizeof argument + argument.size();
    return bytes;
}

std::size_t bytes_of(const Actor& actor) {
    std::size_t bytes = bytes_of(actor.process);
    for (const auto& ancestor : actor.ancestors) bytes += bytes_of(ancestor);
    return bytes;
}

bool runs_the_same(const Process& a, const Process& b) {
    return a.name == b.name && a.executable == b.executable && a.args == b.args && a.uid == b.uid && a.gid == b.gid && a.real_uid == b.real_uid &&
           a.login_uid == b.login_uid && a.cgroup == b.cgroup;
}

std::optional<Lineage::Running> read_running(std::int32_t pid) {
    const ProcessDirectory directory(pid);
    ProcessStat stat;
    auto process = directory ? directory.read(stat) : std::nullopt;
    if (!process) return std::nullopt;
    return Lineage::Running{std::move(*process), stat.parent, stat.start_ticks};
}

}  // namespace

struct ProcessTable::Impl {
    struct Entry {
        ActorRef actor;
        bool with_ancestors = false;  // false: so far only met as somebody's parent
        std::int32_t parent = 0;
        std::uint64_t start_ticks = 0;
        std::uint64_t pidfs_inode = 0;  // 0: not known
        SteadyTime seen{};              // its last event was read
        SteadyTime executable_read{};
        SteadyTime process_read{};
        std::size_t bytes = 0;
        std::list<std::int32_t>::iterator use;
    };

    std::size_t limit;
    std::string machine_id;
    std::string boot_id;
    WallTime booted{};
    Nanoseconds tick{};
    std::optional<bool> pidfs;
    std::unordered_map<std::int32_t, Entry> entries;
    std::list<std::int32_t> uses;  // newest first
    std::size_t bytes = 0;
    CgroupPaths cgroups;
    std::optional<Lineage> told;  // once the probes tell
    std::optional<std::vector<std::int32_t>> to_read;  // processes for told; nullopt: not listed yet

    Lineage& lineage();
    std::uint64_t inode_of(int pidfd);
    std::string entity_id(std::int32_t pid, std::uint64_t start_ticks) const;

    ActorRef living(std::int32_t pid, int pidfd, SteadyTime now, std::string* why);
    ActorRef reaped(std::int32_t pid, SteadyTime now, std::string* why);

    Entry* known(std::int32_t pid);
    Entry* read(std::int32_t pid, const ProcessDirectory& directory, SteadyTime now);
    Entry* parent_of(std::int32_t pid, SteadyTime now);
    void refresh(std::int32_t pid, Entry& entry, SteadyTime now);
    void add_ancestors(Entry& entry, SteadyTime now);
    void set_actor(Entry& entry, Actor actor);
    void forget(std::int32_t pid);
    void used(Entry& entry) { uses.splice(uses.begin(), uses, entry.use); }
    void trim();
};

Lineage& ProcessTable::Impl::lineage() {
    if (told) return *told;
    Lineage::Setup setup;
    setup.limit = limit;
    setup.booted = booted;
    setup.tick = tick;
    setup.read = read_running;
    setup.entity_id = [this](std::int32_t pid, std::uint64_t start_ticks) { return entity_id(pid, start_ticks); };
    setup.cgroup_path = [this](std::uint64_t id) { return cgroups.of(id); };
    return told.emplace(std::move(setup));
}

std::uint64_t ProcessTable::Impl::inode_of(int pidfd) {
    if (!pidfs) {
        struct statfs fs {};
        pidfs = ::fstatfs(pidfd, &fs) == 0 && fs.f_type == kPidfsMagic;
    }
    struct stat st {};
    return *pidfs && ::fstat(pidfd, &st) == 0 ? st.st_ino : 0;
}

std::string ProcessTable::Impl::entity_id(std::int32_t pid, std::uint64_t start_ticks) const {
    const auto text = fmt::format("{}\n{}\n{}\n{}", machine_id, boot_id, pid, start_ticks);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) return {};
    constexpr std::size_t kKept = 16;
    return to_hex({reinterpret_cast<const char*>(digest.data()), std::min<std::size_t>(length, kKept)});
}

ProcessTable::Impl::Entry* ProcessTable::Impl::known(std::int32_t pid) {
    const auto found = entries.find(pid);
    return found == entries.end() ? nullptr : &found->second;
}

void ProcessTable::Impl::forget(std::int32_t pid) {
    const auto found = entries.find(pid);
    if (found == entries.end()) return;
    bytes -= found->second.bytes;
    uses.erase(found->second.use);
    entries.erase(found);
}

void ProcessTable::Impl::set_actor(Entry& entry, Actor actor) {
    bytes -= entry.bytes;
    entry.bytes = bytes_of(actor);
    bytes += entry.bytes;
    entry.actor = std::make_shared<const Actor>(std::move(actor));
}

// Reads it anew; whatever the table had under the pid is of an earlier process.
ProcessTable::Impl::Entry* ProcessTable::Impl::read(std::int32_t pid, const ProcessDirectory& directory, SteadyTime now) {
    ProcessStat stat;
    auto process = directory.read(stat);
    if (!process) return nullptr;
    process->entity_id = entity_id(pid, stat.start_ticks);
    process->start = booted + stat.start_ticks * tick;
    forget(pid);
    Entry& entry = entries[pid];
    entry.use = uses.insert(uses.begin(), pid);
    entry.parent = stat.parent;
    entry.start_ticks = stat.start_ticks;
    entry.seen = entry.executable_read = entry.process_read = now;
    set_actor(entry, Actor{std::move(*process), {}});
    return &entry;
}

// Has it run another program, or changed its user? The start time says whether the pid is still its own.
void ProcessTable::Impl::refresh(std::int32_t pid, Entry& entry, SteadyTime now) {
    if (now - entry.executable_read < kExecutableAge) return;
    entry.executable_read = now;
    const ProcessDirectory directory(pid);
    if (!directory) return;
    const auto& before = entry.actor->process;
    if (now - entry.process_read < kProcessAge && directory.executable() == before.executable) return;
    entry.process_read = now;
    ProcessStat stat;
    auto process = directory.read(stat);
    // What ends shows less and less of itself: keep what was seen while it ran.
    if (!process || stat.start_ticks != entry.start_ticks || stat.ended() || (process->executable.empty() && !before.executable.empty())) return;
    entry.parent = stat.parent;
    process->entity_id = before.entity_id;
    process->start = before.start;
    if (!runs_the_same(*process, before)) set_actor(entry, Actor{std::move(*process), entry.actor->ancestors});
}

ProcessTable::Impl::Entry* ProcessTable::Impl::parent_of(std::int32_t pid, SteadyTime now) {
    if (Entry* entry = known(pid)) {
        if (now - entry->process_read < kProcessAge) return entry;
        const ProcessDirectory directory(pid);
        const auto stat = directory ? directory.stat() : std::nullopt;
        if (!stat) return nullptr;
        if (stat->start_ticks == entry->start_ticks) {
            refresh(pid, *entry, now);
            return entry;
        }
        return read(pid, directory, now);
    }
    const ProcessDirectory directory(pid);
    return directory ? read(pid, directory, now) : nullptr;
}

// A parent is older than its child; whoever is younger has got the pid of a parent that is gone.
void ProcessTable::Impl::add_ancestors(Entry& entry, SteadyTime now) {
    entry.with_ancestors = true;
    Actor actor = *entry.actor;
    std::int32_t pid = entry.parent;
    std::uint64_t child_start = entry.start_ticks;
    while (pid > 0 && pid != actor.process.pid && actor.ancestors.size() < Actor::kMaxAncestors) {
        Entry* parent = parent_of(pid, now);
        if (parent == nullptr || parent->start_ticks > child_start) break;
        used(*parent);
        actor.ancestors.push_back(parent->actor->process);
        child_start = parent->start_ticks;
        pid = parent->parent;
    }
    if (!actor.ancestors.empty()) set_actor(entry, std::move(actor));
}

ActorRef ProcessTable::Impl::living(std::int32_t pid, int pidfd, SteadyTime now, std::string* why) {
    const std::uint64_t inode = inode_of(pidfd);
    Entry* entry = known(pid);
    if (entry != nullptr && inode != 0 && entry->pidfs_inode == inode) {
        refresh(pid, *entry, now);
    } else {
        const ProcessDirectory directory(pid);
        // The pidfd not reaped after the directory was opened: until then nobody else can have had the pid.
        if (!directory || !is_pidfd_of(pidfd, pid)) {
            if (entry != nullptr && (inode == 0 || entry->pidfs_inode == 0)) return reaped(pid, now, why);
            *why = fmt::format("process {} had ended before its first event was read", pid);
            return nullptr;
        }
        const auto stat = directory.stat();
        if (entry != nullptr && stat && stat->start_ticks == entry->start_ticks)
            refresh(pid, *entry, now);
        else
            entry = read(pid, directory, now);
        if (entry == nullptr) {
            *why = fmt::format("process {} ended while it was being looked up", pid);
            return nullptr;
        }
        entry->pidfs_inode = inode;
    }
    if (!entry->with_ancestors) add_ancestors(*entry, now);
    entry->seen = now;
    used(*entry);
    return entry->actor;
}

ActorRef ProcessTable::Impl::reaped(std::int32_t pid, SteadyTime now, std::string* why) {
    Entry* entry = known(pid);
    if (entry == nullptr || now - entry->seen > kLinger) {
        *why = fmt::format("process {} had ended before its first event was read", pid);
        return nullptr;
    }
    if (ProcessDirectory(pid)) {
        *why = fmt::format("process {} had ended, and another one has its number", pid);
        return nullptr;
    }
    if (!entry->with_ancestors) add_ancestors(*entry, now);
    entry->seen = now;
    used(*entry);
    return entry->actor;
}

void ProcessTable::Impl::trim() {
    const std::size_t most = std::max(kLeastBytes, limit * kBytesEach);
    while (entries.size() > 1 && (entries.size() > limit || bytes > most)) forget(uses.back());
}

ProcessTable::ProcessTable(std::size_t limit, std::string machine_id, std::string boot_id) : impl_(std::make_unique<Impl>()) {
    impl_->limit = limit;
    impl_->machine_id = std::move(machine_id);
    impl_->boot_id = std::move(boot_id);
    impl_->booted = WallTime{std::chrono::seconds(boot_time())};
    const long per_second = ::sysconf(_SC_CLK_TCK);
    impl_->tick = Nanoseconds(std::chrono::seconds(1)) / (per_second > 0 ? per_second : 100);
}

ProcessTable::~ProcessTable() = default;

void ProcessTable::learn(const ProbeRecord& record) {
    Lineage& lineage = impl_->lineage();
    if (const auto* fork = std::get_if<ForkRecord>(&record)) lineage.forked(*fork);
    if (const auto* exec = std::get_if<ExecRecord>(&record)) lineage.executed(*exec);
    if (const auto* exit = std::get_if<ExitRecord>(&record)) lineage.exited(*exit);
}

void ProcessTable::doubt() {
    if (impl_->told) impl_->told->doubt();
    impl_->to_read.reset();
}

void ProcessTable::fill(std::size_t most) {
    Lineage& lineage = impl_->lineage();
    if (!impl_->to_read) impl_->to_read = running_processes();
    auto& pids = *impl_->to_read;
    for (; most > 0 && !pids.empty(); --most) {
        const auto pid = pids.back();
        pids.pop_back();
        if (lineage.knows(pid)) continue;
        if (auto running = read_running(pid)) lineage.remember(pid, std::move(*running));
    }
}

ActorRef ProcessTable::find(ProcessKey process, const Credentials& credentials, std::string* why) {
    auto actor = impl_->lineage().find(process, &credentials);
    if (!actor && why != nullptr) *why = fmt::format("process {} began before the watch and had ended before it could be looked up", process.pid);
    return actor;
}

std::size_t ProcessTable::size() const { return impl_->entries.size(); }

ActorRef ProcessTable::find(std::int32_t pid, int pidfd, SteadyTime now, std::string* why) {
    std::string unused;
    if (why == nullptr) why = &unused;
    if (pid <= 0) {
        *why = "the process is outside of this PID namespace";
        return nullptr;
    }
    if (impl_->told)
        if (auto actor = impl_->told->find(pid, pidfd >= 0)) return actor;
    auto actor = pidfd >= 0 ? impl_->living(pid, pidfd, now, why) : impl_->reaped(pid, now, why);
    impl_->trim();
    return actor;
}

}  // namespace touchstone
