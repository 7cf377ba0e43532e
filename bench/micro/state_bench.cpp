// What is known: asked for each look, and written with each finding.
#include <benchmark/benchmark.h>

#include "touchstone/state.hpp"
#include "trees.hpp"

namespace {

using namespace touchstone;

// A baseline of so many rows, and an empty state.
struct Store {
    explicit Store(std::size_t rows) { bench::build_baseline(baseline(), rows); }
    std::string baseline() const { return scratch.path("baseline/baseline.db"); }
    std::string state() const { return scratch.path("state"); }
    bench::Scratch scratch;
};

const Store& store_of(std::int64_t rows) {
    static std::map<std::int64_t, std::unique_ptr<Store>> made;
    auto& store = made[rows];
    if (!store) store = std::make_unique<Store>(static_cast<std::size_t>(rows));
    return *store;
}

// Far apart, so that no page is found twice.
std::size_t scattered(std::size_t n, std::int64_t rows) { return n * 7919 % static_cast<std::size_t>(rows); }

void find_known(benchmark::State& state) {
    const auto& store = store_of(state.range(0));
    auto writer = State::open(store.state());
    auto known = KnownStore::open(store.baseline(), store.state());
    if (!writer || !known) return state.SkipWithError("not opened");
    std::size_t n = 0;
    for (auto _ : state) {
        const auto found = known->find(bench::nth_path("/srv", scattered(++n, state.range(0))));
        if (!found || !*found) return state.SkipWithError("not found");
    }
}
BENCHMARK(find_known)->Arg(10'000)->Arg(300'000);

void find_unknown(benchmark::State& state) {
    const auto& store = store_of(state.range(0));
    auto known = KnownStore::open(store.baseline(), "");
    if (!known) return state.SkipWithError("not opened");
    std::size_t n = 0;
    for (auto _ : state) {
        const auto found = known->find(bench::nth_path("/srv", scattered(++n, state.range(0))) + "x");
        if (!found || *found) return state.SkipWithError("found");
    }
}
BENCHMARK(find_unknown)->Arg(10'000)->Arg(300'000);

void paths_of_inode(benchmark::State& state) {
    auto known = KnownStore::open(store_of(state.range(0)).baseline(), "");
    if (!known) return state.SkipWithError("not opened");
    std::size_t n = 0;
    for (auto _ : state) {
        const auto paths = known->paths_of({0xfe00, scattered(++n, state.range(0)) + 1});
        if (!paths || paths->size() != 1) return state.SkipWithError("not found");
    }
}
BENCHMARK(paths_of_inode)->Arg(300'000);

// As the recorder saves: rows and their events in one transaction of so many findings.
void save_findings(benchmark::State& state) {
    const bench::Scratch scratch;
    auto written = State::open(scratch.path("state"));
    if (!written) return state.SkipWithError("not opened");
    OutgoingEvent event;
    event.id = std::string(32, 'a');
    event.json = std::string(1500, 'x');
    event.journal_fields = std::vector<std::string>(20, std::string(30, 'F'));
    std::size_t n = 0;
    bool good = true;
    for (auto _ : state) {
        good = good && written->begin();
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            event.sequence = ++n;
            good = good && written->put(bench::row(bench::nth_path("/srv", n % 50'000), n)) && written->enqueue(event);
        }
        good = good && written->commit() && written->drop_through(n);
    }
    if (!good) state.SkipWithError("not written");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(save_findings)->Arg(1)->Arg(256)->Unit(benchmark::kMicrosecond);

}  // namespace
