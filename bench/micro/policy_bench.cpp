// Which rule holds for a path: asked once for each event of a marked file system, watched or not.
#include <benchmark/benchmark.h>

#include "touchstone/policy.hpp"

namespace {

using namespace touchstone;

const Policy& host_policy() {
    static const Policy policy([] {
        std::vector<Rule> rules;
        for (const char* path : {"/boot", "/etc", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/local", "/root/.ssh", "/home/*/.ssh", "/var/spool/cron"})
            rules.push_back(Rule{path, Profile::content, {"*.swp", "*~", "/etc/mtab"}, Severity::high, {}});
        rules.push_back(Rule{"/var/log", Profile::log, {}, Severity::low, {}});
        return rules;
    }());
    return policy;
}

void rule_for(benchmark::State& state, const char* text) {
    const std::string path(text);
    for (auto _ : state) benchmark::DoNotOptimize(host_policy().rule_for(path));
}
BENCHMARK_CAPTURE(rule_for, watched, "/usr/lib/x86_64-linux-gnu/security/pam_unix.so");
BENCHMARK_CAPTURE(rule_for, watched_by_glob, "/home/somebody/.ssh/authorized_keys");
BENCHMARK_CAPTURE(rule_for, unwatched, "/srv/postgres/base/16384/2619_fsm");

}  // namespace
