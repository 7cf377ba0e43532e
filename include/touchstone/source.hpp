// Sources of touches. Each turns the kernel's word into Touch, Gap and SweepRequest values and puts them to a TouchReceiver.
// They never read file contents and decide nothing (policy says what is watched).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "touchstone/fanotify_marks.hpp"
#include "touchstone/mounts.hpp"
#include "touchstone/object.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/process_table.hpp"
#include "touchstone/result.hpp"
#include "touchstone/sweep.hpp"
#include "touchstone/touch.hpp"

namespace touchstone {

// What one watched file system is marked with, for `doctor`, `status` and the watch-started notice.
struct MarkReport {
    std::string mount_point;
    std::string type;
    std::string how;    // "filesystem mark", "directory marks", "none"
    std::string why;    // when not a filesystem mark: the kernel's refusal, in words
};

// Whether the probes see changes of files on this type of file system under the file's own identity.
bool is_witnessed(const std::string& type);

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
    std::function<WallTime()> wall_now;         // both required
    std::function<SteadyTime()> steady_now;
    // Known watched paths of an inode (KnownReader::paths_of), asked on the intake thread for an object whose link count changed, and that
    // is not in the link index: of several names the kernel remembers one, perhaps an outer one. Without it a second name made outside
    // the watch may go unnoticed.
    std::function<std::vector<std::string>(ObjectId)> names_of;
};

// Thread: start(), join(), drain(), mounts_changed(), set_policy() on the intake thread; learn_directory(), learn_link() and heard_until() from any.
class FanotifySource {
public:
    // no_permission names the missing capability (CAP_SYS_ADMIN, CAP_DAC_READ_SEARCH).
    static Result<std::unique_ptr<FanotifySource>> make(FanotifyOptions options, std::shared_ptr<const Policy> policy, ProcessTable& processes,
                                                        TouchReceiver& receiver);
    ~FanotifySource();

    // Marks every file system that holds a watched path or the nearest existing ancestor of one. After it returns, every touch is sure to
    // be reported or to become a gap, except below directory marks not placed yet: marking_done() is false until the caller has said, by
    // all_swept(), that a sweep of every watch that began after start() is over. With filesystem marks alone it is true at once.
    // set_policy(), and whatever loses the ground, asks for such a sweep anew: `begun` is what sweep_begins() gave before that sweep
    // took its policy.
    // no_permission names the missing capability.
    Status start();
    bool marking_done() const;
    // From now on the probes are heard too. Everything must be swept again, in which each directory is marked and made known to them; then the
    // file system marks are let go. Not owned; outlives the source. Once, before start() or after it.
    Status join(Probes& probes);
    // A sweep of less that is over lets go of the marks of file systems that are watched there and nowhere else: a mount that has come.
    std::uint64_t sweep_begins();                                     // any thread
    void all_swept(std::uint64_t begun);
    void scope_swept(const std::string& scope, std::uint64_t begun);  // any thread

    int fd() const;              // readable (it polls; it is not itself a fanotify descriptor): call drain()
    // Reads until empty, about `budget` events at most; returns false when more may wait. Never blocks.
    // Needs a free descriptor for each event that it reads at once (a pidfd): up to 4096. make() raises the soft limit if it may.
    bool drain(std::size_t budget);

    // Everything that the kernel had told at `when` was read and put to the receiver. From any thread; a system call at most.
    bool heard_until(SteadyTime when) const;

    // Call when /proc/self/mountinfo signals POLLPRI. Marks new file systems, asks for sweeps of what appeared or went, and returns the changes that
    // concern a watch, in words, for mount-changed notices.
    struct MountChange {
        std::string path;
        std::string text;
    };
    std::vector<MountChange> mounts_changed();

    void set_policy(std::shared_ptr<const Policy> policy);
    void refresh_own_paths();

    // A sweep is about to look whether something is at `path`: the directories on the way to it, as far as there are, are marked first.
    void learn_way(const std::string& path);
    // A sweep has opened this directory and is about to list it: enter it into the directory map (and mark it, where marks are by directory). Must
    // be called before listing. Returns false when the mark failed and the directory is not covered (a gap is reported by the source).
    bool learn_directory(const std::string& path, int directory_fd);
    // A sweep or a look found a file with more than one link.
    void learn_link(const std::string& path, int file_or_path_fd);
    void learn_link(const std::string& directory, const std::string& name, int directory_fd);  // the form of SweepHooks::on_link
    // A file of the daemon's own whose touches are counted and go no further: proof that the probes tell, and are heard.
    Status set_canary(int fd);
    std::uint64_t canaries_heard() const;
    // What was heard of late cannot be relied on: file systems are marked as a whole again, and everything is a gap. They stay marked until a sweep
    // is over, or for as long as the probes are not `whole`.
    void distrust(std::string reason, bool whole);

    // Why the probes do not watch everything that they should: "" when they do. They are not let alone then.
    std::string unwitnessed() const;

    // A look is about to read this object: what touches it from now on is told again. Any thread.
    void looked_at(const ObjectId& id);
    // Asks for every file that is mapped shared and writable, and keeps the watched ones in mind. Any thread but the intake thread: it takes some
    // milliseconds for each 10,000 mappings on the host. After every sweep of everything; and every ten seconds or so where it is wanted for file systems
    // that write nothing back (tmpfs), which do not tell further stores. Without probes it does nothing.
    Status find_mapped();
    bool wants_mapped() const;
    // Puts touches of those that are to be looked at again. Intake thread, every second or so.
    void look_at_mapped();
    // It has writable shared mappings, as far as was told or found. Any thread.
    bool is_mapped(const ObjectId& id) const;
    // Writes the watched file systems back: a page that was stored to through a mapping before the watch began tells the next store only then. Gives
    // those where it failed: their mount points, and why. Blocks on disks; any thread.
    struct NotWritten {
        std::string mount_point;
        std::string why;
    };
    std::vector<NotWritten> write_back() const;
    // What stands at a watch's own path is about to be looked at; a directory is left alone. Only to be called where wants_files().
    bool wants_files() const;
    void learn_file(int file_or_path_fd);

    std::vector<MarkReport> marks() const;
    FanotifyCounters counters() const;

private:
    struct Impl;
    explicit FanotifySource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
