// What the probes are to watch: in the kernel as it was put there, however much it is.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <set>

#include "kernel/probe_ground.hpp"
#include "map_walk.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/wire.h"

using namespace touchstone;
using namespace touchstone::test;

namespace {

void append(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    REQUIRE(::write(fd.get(), "x", 1) == 1);
}

// Objects that are nowhere.
KernelObject nowhere(std::uint64_t number) { return {7, 1'000'000 + number}; }

}  // namespace

TEST_CASE("a full map of watched objects is said") {
    auto options = probe_options();
    options.watched = 1;
    Witnessed here(options);
    const auto path = here.make("file");
    const auto watched = here.probes->watch(object_at(path), WatchKind::object);
    REQUIRE_FALSE(watched);
    CHECK(watched.error().code == E2BIG);
}

TEST_CASE("a filter that is full grows, and watches what it watched before") {
    auto options = probe_options();
    options.room = 4;
    Witnessed here(options);
    const auto path = here.make("file");
    constexpr std::uint64_t kMany = 1'000;
    for (std::uint64_t i = 0; i < kMany; ++i) REQUIRE(here.probes->watch(nowhere(i), WatchKind::object));
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    REQUIRE(bpf_obj_get_info_by_fd(map_named("ts_watched").get(), &info, &size) == 0);
    CHECK(info.max_entries == 1'024);
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
    CHECK(here.probes->examine(1, Nanoseconds{}).empty());
    for (std::uint64_t i = 0; i < kMany; ++i) here.probes->unwatch(nowhere(i));
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
    CHECK(here.probes->examine(1, Nanoseconds{}).empty());
}

TEST_CASE("a million objects are watched like one") {
    Witnessed here;
    if (here.probes->tier() != ProbeTier::timestamps) return;  // the others run in emulated machines, and the filter is the same
    const auto path = here.make("file");
    constexpr std::uint64_t kMany = 1'000'000;
    std::uint64_t refused = 0;
    for (std::uint64_t i = 0; i < kMany; ++i)
        if (!here.probes->watch(nowhere(i), WatchKind::object)) ++refused;
    CHECK(refused == 0);
    const ts_object last{.inode = nowhere(kMany - 1).inode, .device = 7, .reserved = 0};
    std::uint32_t flags = 0;
    CHECK(bpf_map_lookup_elem(map_named("ts_watched").get(), &last, &flags) == 0);
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
    CHECK(here.probes->examine(1, Nanoseconds{}).empty());
}

TEST_CASE("what is done to the filter from outside is noticed, and put right") {
    Witnessed here;
    const auto path = here.make("file");
    const Fd map = map_named("ts_watched");
    REQUIRE(map);
    CHECK(here.probes->examine(1, Nanoseconds{}).empty());
    ts_object key{};
    REQUIRE(bpf_map_get_next_key(map.get(), nullptr, &key) == 0);
    SECTION("taken out") { REQUIRE(bpf_map_delete_elem(map.get(), &key) == 0); }
    SECTION("altered") {
        const std::uint32_t own = TS_WATCH_OWN;
        REQUIRE(bpf_map_update_elem(map.get(), &key, &own, BPF_ANY) == 0);
    }
    SECTION("added") {
        key.inode = object_at(path).inode;
        const std::uint32_t own = TS_WATCH_OWN;
        REQUIRE(bpf_map_update_elem(map.get(), &key, &own, BPF_ANY) == 0);
    }
    CHECK(here.touches_of(path, [&] { append(path); }).empty());
    CHECK_FALSE(here.probes->examine(1, Nanoseconds{}).empty());
    REQUIRE(here.probes->repair());
    CHECK(here.probes->examine(1, Nanoseconds{}).empty());
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
}

TEST_CASE("another map in the place of the filter is noticed, and replaced") {
    Witnessed here;
    const auto path = here.make("file");
    bpf_map_create_opts options{};
    options.sz = sizeof options;
    options.map_flags = BPF_F_NO_PREALLOC;
    const Fd other(bpf_map_create(BPF_MAP_TYPE_HASH, "other", sizeof(ts_object), sizeof(std::uint32_t), 16, &options));
    REQUIRE(other);
    const std::uint32_t place = 0;
    const int fd = other.get();
    REQUIRE(bpf_map_update_elem(map_named("ts_filter").get(), &place, &fd, BPF_ANY) == 0);
    CHECK(here.touches_of(path, [&] { append(path); }).empty());
    CHECK_FALSE(here.probes->examine(60, Nanoseconds{}).empty());
    REQUIRE(here.probes->repair());
    CHECK(here.probes->examine(60, Nanoseconds{}).empty());
    CHECK(here.touches_of(path, [&] { append(path); }).size() == 1);
}

namespace {

enum class Alteration { taken_out, altered, put_in };

// Gives how to undo it. (To attach every probe anew, as a repair does, takes long in an emulated machine.)
std::function<void()> alter(Alteration what, int where) {
    const auto map = std::make_shared<Fd>(map_named("ts_watched"));
    ts_object key{};
    int failed = bpf_map_get_next_key(map->get(), nullptr, &key);
    for (int i = 0; i < where; ++i) failed |= bpf_map_get_next_key(map->get(), &key, &key);
    REQUIRE(failed == 0);
    std::uint32_t flags = 0;
    REQUIRE(bpf_map_lookup_elem(map->get(), &key, &flags) == 0);
    const std::uint32_t own = TS_WATCH_OWN;
    if (what == Alteration::put_in) {
        key.inode += 1'000'000'000;
        REQUIRE(bpf_map_update_elem(map->get(), &key, &own, BPF_NOEXIST) == 0);
        return [map, key] { bpf_map_delete_elem(map->get(), &key); };
    }
    if (what == Alteration::taken_out) REQUIRE(bpf_map_delete_elem(map->get(), &key) == 0);
    if (what == Alteration::altered) REQUIRE(bpf_map_update_elem(map->get(), &key, &own, BPF_EXIST) == 0);
    return [map, key, flags] { bpf_map_update_elem(map->get(), &key, &flags, BPF_ANY); };
}

}  // namespace

TEST_CASE("what is altered is noticed within as many calls as were allowed, wherever it is and the comparison just is") {
    constexpr std::size_t kCalls = 10;
    constexpr int kMany = 600;
    Witnessed here;
    for (int i = 0; i < kMany; ++i) REQUIRE(here.probes->watch(nowhere(i), WatchKind::object));
    const auto is_noticed_within = [&](std::size_t calls) {
        for (std::size_t i = 0; i < calls; ++i)
            if (!here.probes->examine(kCalls, Nanoseconds{}).empty()) return true;
        return false;
    };
    for (const auto what : {Alteration::taken_out, Alteration::altered, Alteration::put_in})
        for (const int where : {0, kMany / 2, kMany - 1})
            for (const std::size_t phase : {0, 1, 3, 4, 6}) {
                INFO("alteration " << static_cast<int>(what) << " of entry " << where << " after " << phase << " more calls");
                CHECK_FALSE(is_noticed_within(phase));
                const auto undo = alter(what, where);
                CHECK(is_noticed_within(kCalls));
                undo();
            }
    CHECK_FALSE(is_noticed_within(2 * kCalls));
}

TEST_CASE("objects that come and go while the filter is compared are no alarm") {
    Witnessed here;
    constexpr std::size_t kCalls = 10;
    for (std::uint64_t i = 0; i < 2'000; ++i) {
        REQUIRE(here.probes->watch(nowhere(i), WatchKind::object));
        if (i % 3 == 1) here.probes->unwatch(nowhere(i / 2));
        if (i % 10 == 0) REQUIRE(here.probes->examine(kCalls, Nanoseconds{}) == "");
    }
}

TEST_CASE("a map that the kernel reads singly is read to its end as well") {
    const auto type = GENERATE(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_DEVMAP_HASH);  // the second cannot be read in batches
    const Fd map(bpf_map_create(type, "walked", sizeof(std::uint32_t), sizeof(std::uint32_t), 1'000, nullptr));
    REQUIRE(map);
    const std::uint32_t loopback = ::if_nametoindex("lo");
    REQUIRE(loopback != 0);
    for (std::uint32_t i = 0; i < 1'000; ++i) REQUIRE(bpf_map_update_elem(map.get(), &i, &loopback, BPF_ANY) == 0);
    MapWalk<std::uint32_t, std::uint32_t> walk;
    for (int turn = 0; turn < 2; ++turn) {
        std::set<std::uint32_t> met;
        int calls = 1;
        while (!walk.advance(map.get(), 100, [&](std::uint32_t key, std::uint32_t value) {
            CHECK(value == loopback);
            met.insert(key);
        }))
            ++calls;
        CHECK(met.size() == 1'000);
        CHECK(calls <= 11);
        CHECK(calls >= 5);
    }
}
