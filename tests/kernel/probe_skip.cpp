// A kernel that has no tier of probes, or a host that allows none: nothing can be tested there. What is there and does not load is a failure.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>

#include "kernel/probe_ground.hpp"

namespace {

using namespace touchstone;

struct SkipWithoutTier : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testRunStarting(const Catch::TestRunInfo&) override {
        const auto probes = Probes::load(test::probe_options());
        if (probes || (probes.error().code != EOPNOTSUPP && probes.error().kind != ErrorKind::no_permission)) return;
        std::fprintf(stderr, "skipped: %s\n", probes.error().what.c_str());
        ::_exit(77);
    }
};

}  // namespace

CATCH_REGISTER_LISTENER(SkipWithoutTier)
