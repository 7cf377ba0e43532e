// Profile log: blocks, and whether what was known is still there.
#include <openssl/evp.h>

#include <array>
#include <cerrno>

#include "scratch.hpp"

using namespace touchstone;

namespace {

std::string sha256(const std::string& bytes) {
    std::array<unsigned char, 32> raw{};
    REQUIRE(EVP_Digest(bytes.data(), bytes.size(), raw.data(), nullptr, EVP_sha256(), nullptr) == 1);
    return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

BlockDigests blocks_of(const std::string& content) {
    BlockDigests made;
    made.size = content.size();
    std::size_t at = 0;
    for (; at + kBlock <= content.size(); at += kBlock) made.full += sha256(content.substr(at, kBlock));
    if (at < content.size()) made.tail = sha256(content.substr(at));
    return made;
}

Observation look_log(const std::string& path, const BlockDigests* known = nullptr, bool verify_all = false) {
    LookOptions options;
    options.profile = Profile::log;
    options.known_blocks = known;
    options.verify_all = verify_all;
    return look_at(path, options);
}

void check_continuity(const Observation& seen, bool held, std::uint64_t first_difference, bool verified_all) {
    REQUIRE(seen.continuity.has_value());
    CHECK(seen.continuity->held == held);
    CHECK(seen.continuity->first_difference == first_difference);
    CHECK(seen.continuity->verified_all == verified_all);
}

}  // namespace

TEST_CASE("blocks of every size are digested") {
    const Scratch scratch;
    for (const std::uint64_t size : {0ul, 1ul, kBlock - 1, kBlock, kBlock + 1, 2 * kBlock, 2 * kBlock + 77}) {
        const auto content = sample(size);
        const auto seen = look_log(scratch.write("log", content));
        REQUIRE(seen.attributes() != nullptr);
        REQUIRE(seen.attributes()->blocks.has_value());
        CHECK(*seen.attributes()->blocks == blocks_of(content));
        CHECK(seen.attributes()->digest.empty());
        CHECK_FALSE(seen.continuity.has_value());
    }
}

TEST_CASE("an append holds, whatever the old and new end") {
    const Scratch scratch;
    const auto whole = sample(4 * kBlock);
    for (const std::uint64_t before : {0ul, 1ul, kBlock - 1, kBlock, kBlock + 1, 2 * kBlock, 2 * kBlock + 5}) {
        for (const std::uint64_t more : {0ul, 1ul, kBlock - 1, kBlock, kBlock + 7}) {
            const auto known = blocks_of(whole.substr(0, before));
            const auto content = whole.substr(0, before + more);
            const auto path = scratch.write("log", content);
            CAPTURE(before, more);
            for (const bool verify_all : {false, true}) {
                const auto seen = look_log(path, &known, verify_all);
                check_continuity(seen, true, 0, verify_all || before <= kBlock);
                CHECK(*seen.attributes()->blocks == blocks_of(content));
            }
        }
    }
}

TEST_CASE("an append reads only from the last known block on") {
    const Scratch scratch;
    const auto content = sample(12 * kBlock + 5);
    const auto path = scratch.write("log", content);
    const auto known = blocks_of(content.substr(0, 11 * kBlock + 3));
    LookOptions options;
    options.profile = Profile::log;
    options.known_blocks = &known;
    int calls = 0;
    options.keep_going = [&] { return ++calls > 0; };
    CHECK(*look_at(path, options).attributes()->blocks == blocks_of(content));
    CHECK(calls == 0);  // less than 4 MiB
    options.verify_all = true;
    look_at(path, options);
    CHECK(calls == 3);
}

TEST_CASE("a change in the old part is found at its block") {
    const Scratch scratch;
    auto content = sample(3 * kBlock + 100);
    const auto known = blocks_of(content);
    SECTION("in the tail, without reading all") {
        content[3 * kBlock + 50] ^= 1;
        check_continuity(look_log(scratch.write("log", content + "more"), &known), false, 3, true);
    }
    SECTION("far back: only when all is verified, and nothing is then taken over") {
        content[kBlock + 1] ^= 1;
        const auto path = scratch.write("log", content + "more");
        check_continuity(look_log(path, &known), true, 0, false);
        const auto seen = look_log(path, &known, true);
        check_continuity(seen, false, 1, true);
        CHECK(*seen.attributes()->blocks == blocks_of(content + "more"));
    }
    SECTION("far back and in the tail: the first of them is named, and the digests are those of the file") {
        content[kBlock + 1] ^= 1;
        content[3 * kBlock] ^= 1;
        const auto seen = look_log(scratch.write("log", content + "more"), &known);
        check_continuity(seen, false, 1, true);
        CHECK(*seen.attributes()->blocks == blocks_of(content + "more"));
    }
    SECTION("in the last whole block, when the old end is a block's end") {
        const auto whole = blocks_of(content.substr(0, 3 * kBlock));
        content[3 * kBlock - 1] ^= 1;
        check_continuity(look_log(scratch.write("log", content), &whole), false, 2, true);
    }
}

TEST_CASE("a log that shrank does not hold") {
    const Scratch scratch;
    const auto content = sample(2 * kBlock + 100);
    const auto known = blocks_of(content);
    check_continuity(look_log(scratch.write("log", content.substr(0, content.size() - 1)), &known), false, 2, true);
    check_continuity(look_log(scratch.write("log", content.substr(0, 2 * kBlock)), &known), false, 2, true);
    check_continuity(look_log(scratch.write("log", content.substr(0, kBlock + 1)), &known), false, 1, true);
    check_continuity(look_log(scratch.write("log", ""), &known), false, 0, true);
    check_continuity(look_log(scratch.write("log", "other"), &known), false, 0, true);
}

TEST_CASE("known blocks that do not fit are not believed") {
    const Scratch scratch;
    const auto content = sample(kBlock + 9);
    auto known = blocks_of(content);
    known.size += 5 * kBlock;
    const auto seen = look_log(scratch.write("log", content + std::string(6 * kBlock, 'x')), &known);
    check_continuity(seen, false, 0, true);
    CHECK(seen.attributes()->blocks->size == content.size() + 6 * kBlock);
}

TEST_CASE("only a file that was read has continuity") {
    const Scratch scratch;
    const auto known = blocks_of("x");
    CHECK_FALSE(look_log(scratch.path("none"), &known).continuity.has_value());
    CHECK_FALSE(look_log(scratch.root(), &known).continuity.has_value());
}

TEST_CASE("a log that grows while it is hashed is taken as it was, one that is rewritten is not") {
    const Scratch scratch;
    const auto content = sample(9 * kBlock + 10);
    const auto path = scratch.write("log", content);
    LookOptions options;
    options.profile = Profile::log;
    int calls = 0;
    SECTION("grown") {
        options.keep_going = [&] {
            ++calls;
            scratch.append("log", "more");
            return true;
        };
        const auto seen = attributes_at(path, options);
        CHECK(calls == 2);
        CHECK(seen.size == content.size());
        CHECK(*seen.blocks == blocks_of(content));
    }
    SECTION("shrunk") {
        options.keep_going = [&] {
            if (++calls == 1) REQUIRE(::truncate(path.c_str(), 5 * kBlock) == 0);
            return true;
        };
        CHECK(*attributes_at(path, options).blocks == blocks_of(content.substr(0, 5 * kBlock)));
    }
    SECTION("rewritten") {
        options.keep_going = [&] {
            scratch.pass_a_tick("log");
            scratch.overwrite("log", 0, std::to_string(++calls));
            return true;
        };
        const auto seen = look_at(path, options);
        REQUIRE(seen.unreadable() != nullptr);
        CHECK(seen.unreadable()->error == EBUSY);
        CHECK_FALSE(seen.unreadable()->seen->blocks.has_value());
        CHECK_FALSE(seen.continuity.has_value());
    }
}
