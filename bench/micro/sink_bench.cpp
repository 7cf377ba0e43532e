// The JSON log: so many lines handed over at once, and one flush (fdatasync) as the recorder makes five to seven times a second.
#include <benchmark/benchmark.h>

#include "touchstone/sink.hpp"
#include "trees.hpp"

namespace {

using namespace touchstone;

std::vector<OutgoingEvent> events(std::int64_t count) {
    std::vector<OutgoingEvent> made;
    for (std::int64_t n = 1; n <= count; ++n) made.push_back({static_cast<std::uint64_t>(n), std::string(32, 'a'), std::string(1500, 'x'), {}});
    return made;
}

void deliver(benchmark::State& state) {
    const bench::Scratch scratch;
    const auto sink = make_json_sink(scratch.path("events.jsonl"));
    const auto batch = events(state.range(0));
    if (!sink->resume({}, {})) return state.SkipWithError("not opened");
    for (auto _ : state)
        if (sink->deliver(batch) != batch.size()) return state.SkipWithError("not taken");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(deliver)->Arg(1)->Iterations(50'000)->Unit(benchmark::kMicrosecond);  // bounded, for the file grows
BENCHMARK(deliver)->Arg(256)->Iterations(500)->Unit(benchmark::kMicrosecond);

void deliver_and_flush(benchmark::State& state) {
    const bench::Scratch scratch;
    const auto sink = make_json_sink(scratch.path("events.jsonl"));
    const auto batch = events(1);
    if (!sink->resume({}, {})) return state.SkipWithError("not opened");
    for (auto _ : state)
        if (sink->deliver(batch) != 1 || !sink->flush()) return state.SkipWithError("not taken");
}
BENCHMARK(deliver_and_flush)->Iterations(500)->Unit(benchmark::kMicrosecond);

}  // namespace
