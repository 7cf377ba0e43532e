// The sweep: a walk that looks again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "touchstone/fd.hpp"
#include "touchstone/known.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/result.hpp"
#include "touchstone/touch.hpp"

struct statx;

namespace touchstone {

struct SweepResult {
    std::uint64_t directories = 0;  // listed
    std::uint64_t objects = 0;      // watched entries seen
    std::uint64_t looks = 0;        // touches put
    std::uint64_t vanished = 0;     // known and not found
    std::uint64_t failures = 0;     // directories that could not be read, entries that could not be stat'ed (each put as a look where
                                    // it is watched, so that it is reported; else named in `skipped`)
    // "POINT (TYPE)": mount points not entered; "PATH (ERROR)": unreadable and itself not watched; "PATH (reached only through a symbolic link)"
    std::vector<std::string> skipped;
    bool cancelled = false;
};

// What a sweep met, in the directory that it holds open.
struct SweepEntry {
    const std::string& path;
    int directory = -1;          // -1: cannot be reached that way; go by the path
    const char* name = nullptr;  // in it
    const struct statx* status = nullptr;  // STATX_BASIC_STATS, not following; null: not there, or it could not be had
    Fd* opened = nullptr;        // by SweepLook::open, and may be taken; `status` is of this very object. Null: not opened
};

// One walking thread's own.
struct SweepLook {
    std::function<void(const SweepEntry&)> look;
    // Opens what its directory calls a regular file: whoever reads it anyway need not find it by its name twice. An empty Fd: go by the name. Given
    // path, directory and name. May be empty.
    std::function<Fd(const std::string&, int, const char*)> open;
    // There is nothing to take. True: a piece of other work was done, and there may be more of it; asked again while there still is nothing. May be empty.
    std::function<bool()> pause;
};

// How many threads walk: `least` to begin with, and more, up to `most`, while the process reads from a disk and leaves CPU time unused that `least` threads
// could take. 1 <= least <= most <= kMost; what is not is made so.
struct SweepThreads {
    static constexpr unsigned kMost = 64;

    SweepThreads(unsigned all) : SweepThreads(all, all) {}
    SweepThreads(unsigned fewest, unsigned greatest)
        : least(std::clamp(fewest, 1u, kMost)), most(std::clamp(greatest, least, kMost)) {}

    unsigned least;
    unsigned most;
};

// All but open_known and open_look are called from every walking thread, at the same time.
struct SweepHooks {
    std::function<bool()> keep_going;      // false: stop; called for every directory and now and then within a big one; may be empty
    std::function<void()> wait_for_room;   // blocks while the receiver has no room; may be empty
    // A watched file that is as it is known to be: shall it be looked at nevertheless? Given its path and size. May be empty.
    std::function<bool(const std::string&, std::uint64_t)> is_wanted;
    std::function<void(const std::string&)> on_root;  // before it is looked whether it is there; may be empty
    std::function<void(const std::string&, int)> on_directory;  // before listing; may be empty
    std::function<void(const std::string&, const std::string&, int)> on_link;  // directory, name, directory fd: link_count > 1; may be empty
    std::function<Result<std::unique_ptr<KnownReader>>()> open_known;          // one for each walking thread, all by the calling thread, when it begins
    // The same. Each look is taken by the thread that met it, in place of a touch put to the receiver; large files, and parts of large directories, by
    // a thread that has nothing to do. May be empty.
    std::function<SweepLook()> open_look;
    std::function<WallTime()> wall_now;
    std::function<SteadyTime()> steady_now;
};

// Walks request.scope as far as `policy` watches it, and puts a Touch{look} for everything that differs from what is known
// (SweepDepth::changed) or for everything (full); also for what is known and not there. Blocks until done. Symbolic links are
// not followed; pseudo, networked and FUSE file systems are not entered unless named, and said in `skipped`. What is known below a place
// that is gone, replaced or covered by such a file system is put as a look too, whether or not that place was known itself.
// Memory goes with the names of the directories on the way down, never with the tree; two descriptors a thread are held, and up to 128 in
// trees of more than 64 levels.
// Errors: of open_known, and of reading what is known (the walk stops there); the mount table cannot be read.
Result<SweepResult> run_sweep(const SweepRequest& request, const Policy& policy, const std::vector<std::string>& filesystems, SweepThreads threads,
                              TouchReceiver& receiver, const SweepHooks& hooks);

}  // namespace touchstone
