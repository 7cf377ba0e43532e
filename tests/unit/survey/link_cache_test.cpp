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

Attributes seen(std::uint64_t inode) { return *linked(inode).attributes(); }

}  // namespace

TEST_CASE("a linked file is found again by its identity, size and ctime, all of them") {
    LinkCache cache(4);
    cache.put(linked(5));
    CHECK(cache.find(seen(5)) == "digest");
    const auto differs = [&](auto change) {
        Attributes other = seen(5);
        change(other);
        return !cache.find(other);
    };
    CHECK(differs([](Attributes& is) { is.id.inode = 6; }));
    CHECK(differs([](Attributes& is) { is.id.device = 2; }));
    CHECK(differs([](Attributes& is) { is.size = 8; }));
    CHECK(differs([](Attributes& is) { is.ctime += Nanoseconds(1); }));
}

TEST_CASE("what cannot serve is not kept") {
    LinkCache cache(4);
    cache.put(linked(1, kCtime + std::chrono::milliseconds(1)));  // racy
    CHECK_FALSE(cache.find(seen(1)));
    auto single = linked(2);
    std::get<Attributes>(single.look).link_count = 1;
    cache.put(single);
    CHECK_FALSE(cache.find(seen(2)));
    auto undigested = linked(3);
    std::get<Attributes>(undigested.look).digest.clear();
    cache.put(undigested);
    CHECK_FALSE(cache.find(seen(3)));
}

TEST_CASE("the oldest goes when the cache is full") {
    LinkCache cache(2);
    for (std::uint64_t inode = 1; inode <= 3; ++inode) cache.put(linked(inode));
    CHECK_FALSE(cache.find(seen(1)));
    CHECK(cache.find(seen(2)));
    CHECK(cache.find(seen(3)));
}

TEST_CASE("one thread at a time reads an inode that has several names") {
    LinkCache cache(4);
    struct statx status {};
    status.stx_mode = S_IFREG | 0644;
    status.stx_nlink = 2;
    status.stx_ino = 5;
    CHECK(cache.claim(status));
    CHECK_FALSE(cache.claim(status));
    auto other = status;
    other.stx_ino = 6;
    CHECK(cache.claim(other));
    cache.release(status);
    CHECK(cache.claim(status));

    auto single = status;
    single.stx_nlink = 1;
    CHECK(cache.claim(single));
    auto directory = status;
    directory.stx_mode = S_IFDIR | 0755;
    CHECK(cache.claim(directory));
}
