// The sweep of a tree in which nothing changed, beside a plain walk of it with as many threads.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "plain_walk.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/state.hpp"
#include "touchstone/sweep.hpp"
#include "trees.hpp"

namespace {

using namespace touchstone;

constexpr std::size_t kFiles = 20'000;
constexpr unsigned kThreads = 2;

// Files, and a baseline that knows them. The looks are of an hour later, so that none is racy.
class KnownTree {
public:
    KnownTree() {
        for (std::size_t n = 0; n < kFiles; ++n) scratch_.write(bench::nth_path("tree", n), 16);
        auto observer = Observer::make(DigestAlgorithm::sha256);
        auto writer = BaselineWriter::create(baseline(), BaselineInfo{});
        if (!observer || !writer) std::abort();
        const auto now = std::chrono::system_clock::now() + std::chrono::hours(1);
        const auto put = [&](const std::string& path) {
            if (!writer->put(observer->look(path, {}, now))) std::abort();
        };
        put(root());
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root())) put(entry.path());
        if (!writer->commit() || !State::open(state())) std::abort();
    }
    std::string root() const { return scratch_.path("tree"); }
    std::string baseline() const { return scratch_.path("baseline/baseline.db"); }
    std::string state() const { return scratch_.path("state"); }

private:
    bench::Scratch scratch_;
};

const KnownTree& tree() {
    static const KnownTree made;
    return made;
}

class Count : public TouchReceiver {
public:
    void touch(Touch) override { ++touches; }
    void gap(Gap) override { ++touches; }
    void sweep(SweepRequest) override { ++touches; }
    std::atomic<std::uint64_t> touches{0};
};

void sweep_of_an_unchanged_tree(benchmark::State& state) {
    const Policy policy({Rule{tree().root(), Profile::content, {}, Severity::high, {}}});
    SweepHooks hooks;
    hooks.open_known = []() -> Result<std::unique_ptr<KnownReader>> {
        auto opened = KnownStore::open(tree().baseline(), tree().state());
        if (!opened) return fail(opened.error());
        return std::make_unique<KnownStore>(std::move(*opened));
    };
    hooks.wall_now = [] { return WallTime{}; };
    hooks.steady_now = [] { return SteadyTime{}; };
    for (auto _ : state) {
        Count count;
        const auto swept = run_sweep({}, policy, {}, kThreads, count, hooks);
        if (!swept || swept->objects < kFiles || count.touches != 0) return state.SkipWithError("the sweep did not find the tree unchanged");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFiles));
}
BENCHMARK(sweep_of_an_unchanged_tree)->UseRealTime()->Unit(benchmark::kMillisecond);

void plain_walk(benchmark::State& state) {
    const auto root = tree().root();
    for (auto _ : state)
        if (bench::plain_walk(root, kThreads).entries < kFiles) return state.SkipWithError("the walk missed something");
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFiles));
}
BENCHMARK(plain_walk)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
