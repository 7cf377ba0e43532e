// probe-walk ROOT [THREADS]: one plain walk; prints its seconds, entries and failures as a JSON object.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "plain_walk.hpp"

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: probe-walk ROOT [THREADS]\n");
        return 64;
    }
    const auto threads = argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : 2u;
    const auto begun = std::chrono::steady_clock::now();
    const auto walked = bench::plain_walk(argv[1], threads == 0 ? 1 : threads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("{\"seconds\": %.6f, \"entries\": %llu, \"failures\": %llu}\n", took.count(), static_cast<unsigned long long>(walked.entries),
                static_cast<unsigned long long>(walked.failures));
    return 0;
}
