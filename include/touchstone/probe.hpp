// The probes: eBPF programs that witness, inside the kernel, what touches a watched object and which processes begin and end.
//
// The kernel side (bpf/) filters by identity, tells each touch of an object by one process once until it is told that the object has been looked at,
// and counts what it could not tell. What the records mean for paths is the source's business.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

// An inode as the kernel knows it: `device` is the file system's number in mountinfo (makedev(3) encoding), which is not always st_dev.
struct KernelObject {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const KernelObject&) const = default;
};

struct KernelObjectHash {
    std::size_t operator()(const KernelObject& object) const {
        return std::hash<std::uint64_t>{}(object.inode * 0x9e3779b97f4a7c15u ^ object.device);
    }
};

// One process for ever: pid in the initial namespace and start of its leader, nanoseconds of CLOCK_BOOTTIME.
struct ProcessKey {
    std::int32_t pid = 0;
    std::uint64_t start = 0;
    auto operator<=>(const ProcessKey&) const = default;
};

struct Credentials {
    std::uint32_t uid = 0, euid = 0, gid = 0, egid = 0;
    bool operator==(const Credentials&) const = default;
};

// What was noticed. The first three come before the change is there: what is read at once may be the old content yet.
enum class Witness { ctime = 1, write = 2, mapping = 3, attributes = 4, name = 5 };

struct TouchRecord {
    KernelObject object;
    KernelObject parent;  // inode 0: the kernel had no name at hand
    std::string name;     // in `parent`
    ProcessKey process;
    Credentials credentials;
    std::uint32_t links = 0;
    std::int32_t writers = 0;            // open for writing, writable shared mappings among them
    std::int32_t writable_mappings = 0;
    bool directory = false;
    Witness witness = Witness::ctime;
    std::uint64_t time = 0;              // CLOCK_BOOTTIME, nanoseconds
};

struct ForkRecord {
    ProcessKey parent, child;
    std::uint64_t time = 0;
};

struct ExecRecord {
    ProcessKey process, parent;
    KernelObject executable;
    std::string path;                    // of the executable; begins with ".../" when its upper part was cut; "" when unknown
    std::vector<std::string> args;
    bool args_cut = false;
    std::string name, tty;               // tty: "" when there is none
    Credentials credentials;
    std::uint32_t login_uid = 0, session = 0;  // 4294967295: not set
    std::uint32_t pid_namespace = 0, mount_namespace = 0;
    std::uint64_t cgroup = 0;            // inode of the cgroup's directory
    std::uint64_t time = 0;
};

struct ExitRecord {
    ProcessKey process;
    std::uint64_t time = 0;
};

// A file that is mapped shared and writable somewhere.
struct MappedFile {
    KernelObject object;
    KernelObject parent;  // as in TouchRecord
    std::string name;
    std::uint32_t links = 0;
};

using ProbeRecord = std::variant<TouchRecord, ForkRecord, ExecRecord, ExitRecord>;

// bad_input when the bytes are no record of this version, with what is wrong.
Result<ProbeRecord> decode_record(const void* bytes, std::size_t size);

// Which family of probes sees changes here, the best first.
enum class ProbeTier {
    timestamps,  // tracepoints of the inode's change time (6.13)
    lsm,         // as fentry, with a security hook for writes where bpf is an active security module
    fentry,      // the functions that every file system's changes go through (5.15)
    none,
};
std::string_view name_of(ProbeTier tier);

struct ProbeReport {
    std::string name;       // "tp_btf/ctime_ns_xchg"
    std::string witnesses;  // in words
    bool attached = false;
    std::string why_not;    // "" when attached
    bool missing = false;   // what it witnesses is therefore not seen: the tier needs it, and nothing stands in
};

struct ProbeOptions {
    std::uint32_t ring_bytes = 8u << 20;  // rounded up to a power of two, a page at least
    std::uint32_t watched = 2'000'000;    // objects, at most: some 120 bytes of the kernel's memory each, as they come
    std::uint32_t room = 65'536;          // for objects at first, doubled when it is full; its 16 bytes each are taken at once
    std::uint32_t seen = 65'536;          // touches remembered as told; memory is taken at once (about 100 bytes each)
    std::optional<ProbeTier> tier;        // this one or none; else the best that the kernel has
};

struct ProbeCounters {
    std::uint64_t records = 0;    // made, lost ones among them
    std::uint64_t lost = 0;       // touches that found no room in the ring
    std::uint64_t lost_processes = 0;
    std::uint64_t missed = 0;     // a program was not run because it ran already on that CPU
    std::uint64_t repeated = 0;   // touches that had been told already
    std::uint64_t unwatched = 0;  // changes of objects that nobody watches
    std::uint64_t malformed = 0;  // records that could not be understood
};

enum class WatchKind : std::uint32_t { object = 1, directory = 3, own = 4 };  // directory: itself and what is directly in it

// Thread: drain(), check(), examine() and repair() on one thread; watch(), unwatch(), looked_at(), mapped() and counters() from any.
class Probes {
public:
    // Fails when the kernel has or allows no tier: `what` says why of each. EOPNOTSUPP when it has none, no_permission for want of CAP_BPF or
    // CAP_PERFMON. A single program that is refused is no failure: reports() has it.
    static Result<std::unique_ptr<Probes>> load(const ProbeOptions& options);
    ~Probes();

    ProbeTier tier() const;
    std::string declined() const;  // why none of the better tiers was taken; "" with the best, or the one that was asked for
    std::vector<ProbeReport> reports() const;

    int fd() const;  // readable when records wait

    // Records lost since the last call. A touch may have been of anything anywhere; one that could not be understood counts as a touch.
    struct Lost {
        std::uint64_t touches = 0, processes = 0;
    };
    // Everything that is in the ring now.
    using Each = std::function<void(ProbeRecord)>;
    Lost drain(const Each& each);

    // "" when every probe is still attached and the counters of the kernel agree with what was read; else what is wrong, in words. Call once a second,
    // after a drain().
    std::string check();

    // The same of a part of what the kernel holds: the filter is what was put there, and nothing counts as told that never was. Whatever is altered is
    // found within `calls` calls. `now` is CLOCK_BOOTTIME.
    std::string examine(std::size_t calls, Nanoseconds now);

    // Attaches every probe anew and puts the filter right; whatever was told is told again.
    Status repair();

    // E2BIG: ProbeOptions::watched are watched already.
    Status watch(KernelObject object, WatchKind kind);
    void unwatch(KernelObject object);
    // Changes in objects without a name at hand are told, too, on this device.
    Status watch_device(std::uint64_t device);

    // The object is about to be looked at: the next touch of it is told again, whoever does it. By inode alone, for st_dev is not the kernel's device.
    void looked_at(std::uint64_t inode);

    // Every file that is mapped shared and writable now, once. Blocks for some milliseconds for each 10,000 mappings on the host. Any thread.
    Result<std::vector<MappedFile>> mapped();

    ProbeCounters counters() const;

private:
    struct Impl;
    explicit Probes(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
