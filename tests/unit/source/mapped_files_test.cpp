#include "mapped_files.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime kAsked{1'000s};
constexpr KernelObject kDisk{1, 10}, kMemory{2, 10};  // one inode number on two file systems

MappedFile mapped_file(KernelObject object) { return {object, {object.device, 2}, "name", 1}; }
std::vector<MappedFiles::Found> both() { return {{mapped_file(kDisk), true}, {mapped_file(kMemory), false}}; }

TouchRecord touch_of(KernelObject object, std::int32_t writable_mappings) {
    TouchRecord record;
    record.object = object;
    record.writable_mappings = writable_mappings;
    return record;
}

std::size_t due_of(MappedFiles& files, KernelObject object, SteadyTime now) {
    std::size_t count = 0;
    for (const auto& each : files.due(now)) count += each.object == object;
    return count;
}

}  // namespace

TEST_CASE("what is written back is looked at once, what is not again and again with growing distance") {
    MappedFiles files;
    CHECK(files.found(both(), kAsked) == 0);
    CHECK(files.contains(10));
    CHECK(files.due(kAsked).size() == 2);
    CHECK(files.due(kAsked).empty());
    CHECK(due_of(files, kDisk, kAsked + 1h) == 0);
    std::vector<Nanoseconds> waits;
    SteadyTime last = kAsked + 1h;
    for (auto now = last; waits.size() < 10; now += 1s) {
        if (due_of(files, kMemory, now) == 0) continue;
        waits.push_back(now - last);
        last = now;
    }
    CHECK(waits[0] == 2s);
    CHECK(waits[1] == 4s);
    CHECK(waits[9] == MappedFiles::kLongest);
    SECTION("a touch begins anew") {
        files.told(touch_of(kMemory, 1), false, last);
        CHECK(due_of(files, kMemory, last + 9s) == 0);  // it is looked at for the touch that it is
        CHECK(due_of(files, kMemory, last + 10s) == 1);
        CHECK(due_of(files, kMemory, last + 11s) == 1);
    }
    SECTION("until it is mapped no more, by a touch") {
        files.told(touch_of(kMemory, 0), false, last);
        CHECK(files.due(last + 1h).empty());
        CHECK(files.contains(10));  // the other one
        files.told(touch_of(kDisk, 0), true, last);
        CHECK_FALSE(files.contains(10));
    }
    SECTION("until it is mapped no more, by looking") {
        files.found({}, last);
        files.found({}, last);
        CHECK(files.due(last + 1h).empty());
        CHECK_FALSE(files.contains(10));
    }
}

TEST_CASE("what was told while all were looked for is not forgotten") {
    MappedFiles files;
    files.found({}, kAsked);
    files.told(touch_of(kMemory, 1), false, kAsked);
    files.found({}, kAsked);  // it began before
    CHECK(files.contains(10));
    CHECK(files.due(kAsked + 10s).size() == 1);
    files.found({}, kAsked);
    CHECK_FALSE(files.contains(10));
}

TEST_CASE("what is told is looked at for the touch that it is, and not once more where the next store is told") {
    MappedFiles files;
    files.told(touch_of(kDisk, 2), true, kAsked);
    CHECK(files.contains(10));
    files.found({{mapped_file(kDisk), true}}, kAsked);
    CHECK(files.due(kAsked + 1h).empty());
}

TEST_CASE("what finds no room is counted") {
    MappedFiles files;
    std::vector<MappedFiles::Found> many;
    for (std::uint64_t i = 0; i < MappedFiles::kMost + 3; ++i) many.push_back({mapped_file({1, i}), true});
    CHECK(files.found(std::move(many), kAsked) == 3);
}
