#include "link_cache.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

namespace {

constexpr WallTime kCtime{std::chrono::seconds(1000)};

Observation linked(std::uint64_t inode, WallTime looked_at = kCtime + std::chrono::seconds(1)) {
    Attributes is;
    is.link_count = 2;
    is.size = 7;
    is.digest = "digest";
    is.id = {1, inode};
    is.ctime = kCtime;
    Observation observation;
    observation.path = "/a";
    observation.looked_at = looked_at;
    observation.look = is;
    return observation;
}

}  // namespace

TEST_CASE("a linked file is found again by its identity, size and ctime, all of them") {
    LinkCache cache(4);
    cache.put(linked(5));
    REQUIRE(cache.find({1, 5}, 7, kCtime));
    CHECK(cache.find({1, 5}, 7, kCtime)->attributes()->digest == "digest");
    CHECK_FALSE(cache.find({1, 6}, 7, kCtime));
    CHECK_FALSE(cache.find({2, 5}, 7, kCtime));
    CHECK_FALSE(cache.find({1, 5}, 8, kCtime));
    CHECK_FALSE(cache.find({1, 5}, 7, kCtime + Nanoseconds(1)));
}

TEST_CASE("what cannot serve is not kept") {
    LinkCache cache(4);
    cache.put(linked(1, kCtime + std::chrono::milliseconds(1)));  // racy
    CHECK_FALSE(cache.find({1, 1}, 7, kCtime));
    auto single = linked(2);
    std::get<Attributes>(single.look).link_count = 1;
    cache.put(single);
    CHECK_FALSE(cache.find({1, 2}, 7, kCtime));
    auto undigested = linked(3);
    std::get<Attributes>(undigested.look).digest.clear();
    cache.put(undigested);
    CHECK_FALSE(cache.find({1, 3}, 7, kCtime));
}

TEST_CASE("the oldest goes when the cache is full") {
    LinkCache cache(2);
    for (std::uint64_t inode = 1; inode <= 3; ++inode) cache.put(linked(inode));
    CHECK_FALSE(cache.find({1, 1}, 7, kCtime));
    CHECK(cache.find({1, 2}, 7, kCtime));
    CHECK(cache.find({1, 3}, 7, kCtime));
}
