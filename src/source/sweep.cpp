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

// Has the parties walk, each in a thread of its own. Where they wait for the disk it gives more the more it is asked at once; where nothing has to be waited
// for, more threads than CPUs only cost.
class Crew {
public:
    Crew(Parties& parties, std::size_t least) : parties_(parties), least_(least) {}

    void walk_all() {
        if (parties_.size() > 1) add(least_);
        if (begun_ == 0) return walk(parties_.front());  // alone, also where no thread can be had
        add_while_they_wait();
        for (auto& party : parties_)
            if (party.thread.joinable()) party.thread.join();
    }

private:
    static constexpr std::chrono::milliseconds kBetweenLooks{10};

    void add_while_they_wait() {
        std::unique_lock lock(mutex_);
        for (auto before = Usage::now(); begun_ < parties_.size() && !over_;) {
            ended_.wait_for(lock, kBetweenLooks, [this] { return over_; });
            const auto now = Usage::now();
            if (!over_ && wait_for_disk(before, now) && !add(begun_)) return;
            before = now;
        }
    }

    // Where the CPUs are busy this thread wakes up late, and sees more time used.
    bool wait_for_disk(const Usage& before, const Usage& now) const {
        const auto could_take = kBetweenLooks * static_cast<long>(least_);
        return now.blocks > before.blocks && (now.cpu - before.cpu) * 4 < could_take * 3;
    }

    bool add(std::size_t count) {
        for (const auto end = std::min(begun_ + count, parties_.size()); begun_ < end; ++begun_) {
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
    std::size_t begun_ = 0;
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

Result<Parties> gather(SweepShared& shared, const SweepThreads& threads) {
    Parties parties(threads.most);
    for (auto& party : parties) {
        auto known = shared.hooks.open_known();
        if (!known) return fail(std::move(known.error()));
        party.walker = std::make_unique<SweepWalker>(shared, std::move(*known), shared.hooks.open_look ? shared.hooks.open_look() : SweepLook{});
    }
    return parties;
}

}  // namespace

Result<SweepResult> run_sweep(const SweepRequest& request, const Policy& policy, const std::vector<std::string>& filesystems, SweepThreads threads,
                              TouchReceiver& receiver, const SweepHooks& hooks) {
    auto mounts = read_mounts();
    if (!mounts) return fail(std::move(mounts.error()));
    SweepReach reach(policy, filesystems, std::move(*mounts));
    SweepQueue queue;
    SweepShared shared{request, hooks, receiver, reach, queue};
    auto parties = gather(shared, threads);
    if (!parties) return fail(std::move(parties.error()));

    const auto roots = sweep_roots(request.scope, policy);
    queue.push(frame_of_roots(roots));
    Crew(*parties, threads.least).walk_all();
    SweepResult result;
    std::optional<Error> first;
    if (std::all_of(parties->begin(), parties->end(), [](const Party& party) { return party.status.has_value(); }))
        find_unmet(parties->front(), roots);
    for (auto& party : *parties) {
        add(result, party.walker->result());
        if (!party.status && !first) first = party.status.error();
    }
    if (first) return fail(std::move(*first));
    std::sort(result.skipped.begin(), result.skipped.end());
    result.skipped.erase(std::unique(result.skipped.begin(), result.skipped.end()), result.skipped.end());
    return result;
}

}  // namespace touchstone
