#include "touchstone/sweep.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "sweep_walker.hpp"

namespace touchstone {
namespace {

constexpr unsigned kMostThreads = 64;

struct Party {
    std::unique_ptr<SweepWalker> walker;
    Status status;
    std::thread thread;
};

void walk(Party& party) {
    try {
        party.status = party.walker->run();
    } catch (const std::bad_alloc&) {
        party.status = fail(system_error("sweep", ENOMEM));
    }
}

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

Result<std::vector<Party>> gather(SweepShared& shared, unsigned threads) {
    std::vector<Party> parties(std::clamp(threads, 1u, kMostThreads));
    for (auto& party : parties) {
        auto known = shared.hooks.open_known();
        if (!known) return fail(std::move(known.error()));
        party.walker = std::make_unique<SweepWalker>(shared, std::move(*known), shared.hooks.open_look ? shared.hooks.open_look() : SweepLook{});
    }
    return parties;
}

}  // namespace

Result<SweepResult> run_sweep(const SweepRequest& request, const Policy& policy, const std::vector<std::string>& filesystems, unsigned threads,
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
    for (std::size_t i = 1; i < parties->size(); ++i) {
        try {
            (*parties)[i].thread = std::thread(walk, std::ref((*parties)[i]));
        } catch (const std::system_error&) {
            break;  // the others walk it all
        }
    }
    walk(parties->front());
    SweepResult result;
    std::optional<Error> first;
    for (auto& party : *parties)
        if (party.thread.joinable()) party.thread.join();
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
