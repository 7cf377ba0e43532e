#include "touchstone/sweep.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "sweep_walker.hpp"

namespace touchstone {
namespace {

struct Party {
    std::unique_ptr<SweepWalker> walker;
    Status status;
    std::thread thread;
};

using Parties = std::vector<Party>;

void walk(Party& party) {
    try {
        party.status = party.walker->run();
    } catch (const std::bad_alloc&) {
        party.status = fail(system_error("sweep", ENOMEM));
    }
}

// What this process has used so far.
struct Usage {
    std::chrono::microseconds cpu{};
    long blocks = 0;  // read from a disk, by getrusage(2)

    static Usage now() {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        const auto time = [](const timeval& part) { return std::chrono::seconds(part.tv_sec) + std::chrono::microseconds(part.tv_usec); };
        return {time(used.ru_utime) + time(used.ru_stime), used.ru_inblock};
    }
};

// Has the parties walk, each in a thread of its own, and makes ready what each needs when it is its turn. Where they wait for the disk it gives more the
// more it is asked at once; where nothing has to be waited for, more threads than CPUs only cost.
class Crew {
public:
    Crew(Parties& parties, std::size_t least, SweepShared& shared) : parties_(parties), least_(least), shared_(shared) {}

    void walk_all() {
        if (!make_ready(least_)) return;
        if (parties_.size() > 1) begin();
        if (begun_ == 0) return walk(parties_.front());  // alone, also where no thread can be had
        add_while_they_wait();
        for (auto& party : parties_)
            if (party.thread.joinable()) party.thread.join();
    }

private:
    static constexpr std::chrono::milliseconds kBetweenLooks{10};

    // Twice in a row, for a single file that is not cached keeps nobody waiting for long.
    void add_while_they_wait() {
        std::unique_lock lock(mutex_);
        bool waited = false;
        for (auto before = Usage::now(); begun_ < parties_.size() && !over_;) {
            ended_.wait_for(lock, kBetweenLooks, [this] { return over_; });
            const auto now = Usage::now();
            const bool waited_before = std::exchange(waited, wait_for_disk(before, now));
            if (!over_ && waited && waited_before) {
                lock.unlock();
                if (!make_ready(begun_) || !begin()) return;
                lock.lock();
            }
            before = now;
        }
    }

    // Where the CPUs are busy this thread wakes up late, and sees more time used.
    bool wait_for_disk(const Usage& before, const Usage& now) const {
        const auto could_take = kBetweenLooks * static_cast<long>(least_);
        return now.blocks > before.blocks && (now.cpu - before.cpu) * 4 < could_take * 3;
    }

    // What fails ends the sweep: those that walk already would meet it, too.
    bool make_ready(std::size_t count) {
        for (const auto end = std::min(ready_ + count, parties_.size()); ready_ < end; ++ready_) {
            Party& party = parties_[ready_];
            auto known = shared_.hooks.open_known();
            if (!known) {
                party.status = fail(std::move(known.error()));
                shared_.stop = true;
                shared_.queue.cancel();
                return false;
            }
            party.walker = std::make_unique<SweepWalker>(shared_, std::move(*known), shared_.hooks.open_look ? shared_.hooks.open_look() : SweepLook{});
        }
        return true;
    }

    bool begin() {
        for (; begun_ < ready_; ++begun_) {
            Party& party = parties_[begun_];
            try {
                party.thread = std::thread([this, &party] {
                    walk(party);
                    end_watch();
                });
            } catch (const std::system_error&) {
                return false;  // the others walk it all
            }
        }
        return true;
    }

    // Who has nothing to do any more leaves nothing to others either.
    void end_watch() {
        const std::lock_guard lock(mutex_);
        over_ = true;
        ended_.notify_all();
    }

    Parties& parties_;
    const std::size_t least_;
    SweepShared& shared_;
    std::size_t ready_ = 0, begun_ = 0;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool over_ = false;
};

void find_unmet(Party& party, const std::vector<std::string>& roots) {
    try {
        for (const auto& root : roots)
            if (party.status) party.status = party.walker->run_unmet(root);
    } catch (const std::bad_alloc&) {
        party.status = fail(system_error("sweep", ENOMEM));
    }
}

void add(SweepResult& sum, const SweepResult& part) {
    sum.directories += part.directories;
    sum.objects += part.objects;
    sum.looks += part.looks;
    sum.vanished += part.vanished;
    sum.failures += part.failures;
    sum.skipped.insert(sum.skipped.end(), part.skipped.begin(), part.skipped.end());
    sum.cancelled = sum.cancelled || part.cancelled;
}

// Gone and missing ones are known by their parents: the frame that holds the roots is not a directory itself.
std::shared_ptr<Frame> frame_of_roots(const std::vector<std::string>& roots) {
    auto frame = std::make_shared<Frame>();
    for (const auto& root : roots) frame->add(Visit::root, root);
    return frame;
}

}  // namespace

Result<SweepResult> run_sweep(const SweepRequest& request, const Policy& policy, const std::vector<std::string>& filesystems, SweepThreads threads,
                              TouchReceiver& receiver, const SweepHooks& hooks) {
    auto mounts = read_mounts();
    if (!mounts) return fail(std::move(mounts.error()));
    SweepReach reach(policy, filesystems, std::move(*mounts));
    SweepQueue queue;
    SweepShared shared{request, hooks, receiver, reach, queue};
    Parties parties(threads.most);
    const auto roots = sweep_roots(request.scope, policy);
    queue.push(frame_of_roots(roots));
    Crew(parties, threads.least, shared).walk_all();
    SweepResult result;
    std::optional<Error> first;
    if (std::all_of(parties.begin(), parties.end(), [](const Party& party) { return party.status.has_value(); }))
        find_unmet(parties.front(), roots);
    for (auto& party : parties) {
        if (party.walker) add(result, party.walker->result());
        if (!party.status && !first) first = party.status.error();
    }
    if (first) return fail(std::move(*first));
    std::sort(result.skipped.begin(), result.skipped.end());
    result.skipped.erase(std::unique(result.skipped.begin(), result.skipped.end()), result.skipped.end());
    return result;
}

}  // namespace touchstone
