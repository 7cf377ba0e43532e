// judge(): pure, so this is all it costs.
#include <benchmark/benchmark.h>

#include "touchstone/judge.hpp"

namespace {

using namespace touchstone;

WallTime at(int seconds) { return WallTime(std::chrono::seconds(1'700'000'000 + seconds)); }

Attributes file(char digest, int ctime) {
    Attributes made;
    made.mode = 0644;
    made.size = 4096;
    made.link_count = 1;
    made.xattrs = {{"security.selinux", std::string("system_u:object_r:etc_t:s0\0", 27)}};
    made.digest = std::string(32, digest);
    made.id = {0xfe00, 4711};
    made.ctime = made.mtime = at(ctime);
    return made;
}

Subject subject(ActSet acts, std::optional<Look> before, Look now) {
    static const auto rule = std::make_shared<const Rule>(Rule{"/etc", Profile::content, {}, Severity::high, {"tag"}});
    Subject made;
    made.touch.path = "/etc/some/file";
    made.touch.acts = acts;
    made.touch.first = made.touch.last = at(200);
    made.rule = rule;
    if (before) made.baseline = Observation{made.touch.path, at(101), std::move(*before), {}, false};
    made.now = Observation{made.touch.path, at(200), std::move(now), {}, false};
    return made;
}

void measure(benchmark::State& state, const Subject& one, std::size_t findings) {
    const std::vector<Subject> group{one};
    for (auto _ : state) {
        auto judged = judge(group, {}, DigestAlgorithm::sha256);
        if (judged.findings.size() != findings) return state.SkipWithError("judged otherwise than meant");
        benchmark::DoNotOptimize(judged);
    }
}

void changed(benchmark::State& state) { measure(state, subject(bit(Act::closed), file('a', 100), file('b', 200)), 1); }
void nothing_moved(benchmark::State& state) { measure(state, subject(bit(Act::closed), file('a', 100), file('a', 100)), 0); }
void appeared(benchmark::State& state) { measure(state, subject(bit(Act::created), std::nullopt, file('a', 200)), 1); }
void vanished(benchmark::State& state) { measure(state, subject(bit(Act::deleted), file('a', 100), Absent{}), 1); }
BENCHMARK(changed);
BENCHMARK(nothing_moved);
BENCHMARK(appeared);
BENCHMARK(vanished);

}  // namespace
