// Sources of touches. Each turns the kernel's word into Touch, Gap and SweepRequest values and puts them to a TouchReceiver.
// They never read file contents and decide nothing (policy says what is watched).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "touchstone/actor.hpp"
#include "touchstone/fanotify_marks.hpp"
#include "touchstone/known.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/result.hpp"
#include "touchstone/touch.hpp"

namespace touchstone {

// ---- the mount table -------------------------------------------------------------------------------------------------

struct Mount {
    int id = 0;
    int parent = 0;
    std::uint64_t device = 0;   // makedev(3) of mountinfo's major:minor
    std::string root;           // of the mount within its file system
    std::string point;
    std::string type;           // "ext4"
    std::string source;
    bool operator==(const Mount&) const = default;
};

// proc_pid_mountinfo(5), octal escapes undone. Bad lines are skipped and counted in *bad when given.
std::vector<Mount> parse_mountinfo(const std::string& text, std::size_t* bad = nullptr);
Result<std::vector<Mount>> read_mounts();

// The mount that a path lies on: longest mount point holding it, the last mounted of equals.
const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path);

// proc, sysfs, cgroup, FUSE, NFS, ...: not watched below a watch unless named in [sources] filesystems, or the watch's own start lies on it.
bool is_watchable_type(const std::string& type, const std::vector<std::string>& named);

// ---- who ---------------------------------------------------------------------------------------------------------------

// Remembers processes, so that one is known from its first event on, also after it has gone. Bounded; intake thread only.
class ProcessTable {
public:
    ProcessTable(std::size_t limit, std::string machine_id, std::string boot_id);
    ~ProcessTable();
    // pidfd: from the event (FAN_REPORT_PIDFD); -1 when the process has been reaped. Not taken over. Identity is the pidfs inode where the
    // kernel has one (6.9), else the start time. Null with *why filled when nothing certain is known: never a guess.
    ActorRef find(std::int32_t pid, int pidfd, SteadyTime now, std::string* why);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// ---- fanotify ----------------------------------------------------------------------------------------------------------

// What one watched file system is marked with, for `doctor`, `status` and the watch-started notice.
struct MarkReport {
    std::string mount_point;
    std::string type;
    std::string how;    // "filesystem mark", "directory marks", "none"
    std::string why;    // when not a filesystem mark: the kernel's refusal, in words
};

struct FanotifyCounters {
    std::uint64_t events = 0;        // read from the kernel
    std::uint64_t touches = 0;       // put to the receiver
    std::uint64_t unwatched = 0;     // of objects that nobody watches
    std::uint64_t overflows = 0;
    std::uint64_t unresolved = 0;    // whose directory had gone and was not known
    std::size_t directories = 0;     // in the directory map
    std::size_t links = 0;           // names in the link index
};

struct FanotifyOptions {
    FanotifyMarks marks = FanotifyMarks::automatic;
    bool limited_queue = false;                 // [limits] kernel_queue != 0
    std::vector<std::string> filesystems;       // [sources] filesystems
    std::vector<std::string> own_paths;         // state, log and baseline objects: excluded by identity, looked up at start and on reopen
};

// Thread: start(), drain(), mounts_changed(), set_policy() on the intake thread; learn_directory() and learn_link() from any.
class FanotifySource {
public:
    // no_permission names the missing capability (CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH).
    static Result<std::unique_ptr<FanotifySource>> make(FanotifyOptions options, std::shared_ptr<const Policy> policy, ProcessTable& processes,
                                                        TouchReceiver& receiver);
    ~FanotifySource();

    // Marks every file system that holds a watched path or the nearest existing ancestor of one. After it returns, every touch is sure to
    // be reported or to become a gap, except below directory marks not placed yet (marking_done() is false until a sweep of all watches ran).
    Status start();
    bool marking_done() const;

    int fd() const;              // readable: call drain()
    // Reads until empty, at most `budget` events; returns false when more may wait. Never blocks.
    bool drain(std::size_t budget);

    // Call when /proc/self/mountinfo signals POLLPRI. Marks new file systems, asks for sweeps of what appeared or went, and returns the changes that
    // concern a watch, in words, for mount-changed notices.
    struct MountChange {
        std::string path;
        std::string text;
    };
    std::vector<MountChange> mounts_changed();

    void set_policy(std::shared_ptr<const Policy> policy);
    void refresh_own_paths();

    // A sweep has opened this directory and is about to list it: enter it into the directory map (and mark it, where marks are by directory). Must
    // be called before listing. Returns false when the mark failed and the directory is not covered (a gap is reported by the source).
    bool learn_directory(const std::string& path, int directory_fd);
    // A sweep or a look found a file with more than one link.
    void learn_link(const std::string& path, int file_or_path_fd);

    std::vector<MarkReport> marks() const;
    FanotifyCounters counters() const;

private:
    struct Impl;
    explicit FanotifySource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// ---- sweep -------------------------------------------------------------------------------------------------------------

struct SweepResult {
    std::uint64_t directories = 0;
    std::uint64_t objects = 0;      // entries seen
    std::uint64_t looks = 0;        // touches put
    std::uint64_t vanished = 0;     // known and not found
    std::uint64_t failures = 0;     // directories that could not be read (each put as a look, so that it is reported)
    std::vector<std::string> skipped;  // mount points not entered, with type
    bool cancelled = false;
};

struct SweepHooks {
    std::function<bool()> keep_going;                                    // false: stop; called for every directory
    std::function<void()> wait_for_room;                                 // blocks while the receiver has no room
    std::function<void(const std::string&, int)> on_directory;           // before listing; may be empty
    std::function<void(const std::string&, const std::string&, int)> on_link;  // directory, name, directory fd: link_count > 1; may be empty
    std::function<Result<std::unique_ptr<KnownReader>>()> open_known;    // one for each walking thread
    std::function<WallTime()> wall_now;
    std::function<SteadyTime()> steady_now;
};

// Walks request.scope as far as `policy` watches it, with `threads` threads, and puts a Touch{look} for everything that differs from what is known
// (SweepDepth::changed) or for everything (full); also for what is known and not there. Blocks until done. Symbolic links are
// not followed; pseudo, networked and FUSE file systems are not entered unless named, and said in `skipped`.
Result<SweepResult> run_sweep(const SweepRequest& request, const Policy& policy, const std::vector<std::string>& filesystems, unsigned threads,
                              TouchReceiver& receiver, const SweepHooks& hooks);

}  // namespace touchstone
