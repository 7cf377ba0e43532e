// The bytes that the digest is of, handed over with it.
#include "scratch.hpp"

using namespace touchstone;

namespace {

LookOptions keeping(std::uint64_t bytes) {
    LookOptions options;
    options.keep_content = bytes;
    return options;
}

}  // namespace

TEST_CASE("a look keeps the content that it has hashed, when it is asked to and no more than asked") {
    const Scratch scratch;
    const auto path = scratch.write("file", "content");
    CHECK_FALSE(look_at(path).content);
    CHECK_FALSE(look_at(path, keeping(6)).content);
    const auto seen = look_at(path, keeping(7));
    REQUIRE(seen.content);
    CHECK(*seen.content == "content");
    const auto empty = look_at(scratch.write("empty", ""), keeping(1));
    REQUIRE(empty.content);
    CHECK(empty.content->empty());
    CHECK_FALSE(look_at("/usr", keeping(1 << 20)).content);
}

TEST_CASE("of a file that changes while it is read, the content is that of the digest") {
    const Scratch scratch;
    const auto path = scratch.write("file", sample(9 * kMiB));
    auto options = keeping(16 * kMiB);
    bool changed = false;
    options.keep_going = [&] {
        if (!std::exchange(changed, true)) scratch.overwrite("file", 0, "X");
        return true;
    };
    const auto seen = look_at(path, options);
    auto expected = sample(9 * kMiB);
    expected[0] = 'X';
    REQUIRE(seen.content);
    CHECK(*seen.content == expected);
    CHECK(to_hex(seen.attributes()->digest) == digest_hex(path));
}

TEST_CASE("a file whose size is not that of its content is kept as far as the limit allows") {
    CHECK_FALSE(look_at("/proc/cpuinfo", keeping(8)).content);
    const auto seen = look_at("/proc/version", keeping(4096));
    REQUIRE(seen.content);
    CHECK(seen.content->starts_with("Linux"));
}
