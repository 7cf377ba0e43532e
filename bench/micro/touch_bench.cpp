// The touch set: what one event costs on its way from the intake to a verify thread.
#include <benchmark/benchmark.h>

#include "touchstone/touch_set.hpp"

namespace {

using namespace touchstone;

constexpr SteadyTime kStart{std::chrono::hours(1)};

Touch touch_of(std::string path, Act act, SteadyTime at) {
    Touch touch;
    touch.path = std::move(path);
    touch.act = act;
    touch.at = at;
    touch.actor_unknown = "measured";
    return touch;
}

std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> made;
    for (std::size_t n = 0; n < count; ++n) made.push_back("/srv/app/directory" + std::to_string(n / 64) + "/file" + std::to_string(n));
    return made;
}

// Written and closed: ready at once.
void touch_take_done(benchmark::State& state) {
    TouchSet set({}, {});
    const auto paths = names(1024);
    SteadyTime now = kStart;
    std::size_t n = 0;
    for (auto _ : state) {
        now += std::chrono::milliseconds(10);
        set.touch(touch_of(paths[n++ % paths.size()], Act::closed, now));
        auto taken = set.take(now + std::chrono::seconds(10));
        if (!taken) return state.SkipWithError("not ready");
        set.done(taken->token, now);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(touch_take_done);

// A file that is written a thousand times before anybody looks.
void coalesced(benchmark::State& state) {
    TouchSet set({}, {});
    const std::string path = "/srv/app/busy";
    for (auto _ : state) set.touch(touch_of(path, Act::modified, kStart));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(coalesced);

// rm -r: all names come before the first is taken.
void burst_of_deletes(benchmark::State& state) {
    const auto paths = names(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        TouchSet set({}, {});
        for (const auto& path : paths) set.touch(touch_of(path, Act::deleted, kStart));
        std::size_t count = 0;
        while (auto taken = set.take(kStart + std::chrono::seconds(1))) {
            set.done(taken->token, kStart);
            ++count;
        }
        if (count != paths.size()) return state.SkipWithError("names were lost");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(burst_of_deletes)->Arg(1'000)->Arg(50'000)->Unit(benchmark::kMillisecond);

// A save through a temporary file: two names, one group.
void rename_over(benchmark::State& state) {
    TouchSet set({}, {});
    SteadyTime now = kStart;
    for (auto _ : state) {
        now += std::chrono::seconds(10);
        set.touch(touch_of("/srv/app/file.tmp", Act::created, now));
        set.touch(touch_of("/srv/app/file.tmp", Act::closed, now));
        Touch rename = touch_of("/srv/app/file.tmp", Act::moved, now);
        rename.other_path = "/srv/app/file";
        set.touch(std::move(rename));
        auto taken = set.take(now + std::chrono::seconds(9));
        if (!taken || taken->pending.names.size() != 2) return state.SkipWithError("not one group");
        set.done(taken->token, now);
    }
}
BENCHMARK(rename_over);

}  // namespace
