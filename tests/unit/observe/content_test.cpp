// Files that change while they are read, and giving up. keep_going is called after each 4 MiB: there the test writes.
#include <cerrno>

#include "scratch.hpp"

using namespace touchstone;

namespace {

constexpr std::uint64_t kSize = 9 * kMiB;

LookOptions with(std::function<bool()> keep_going) {
    LookOptions options;
    options.keep_going = std::move(keep_going);
    return options;
}

}  // namespace

TEST_CASE("a file that changes once while it is hashed is looked at again") {
    const Scratch scratch;
    const auto path = scratch.write("file", sample(kSize));
    std::string expected = sample(kSize);
    std::function<void()> change;
    SECTION("rewritten behind the reader") {
        change = [&] { scratch.overwrite("file", 0, "X"); };
        expected[0] = 'X';
    }
    SECTION("grown") {
        change = [&] { scratch.append("file", "more"); };
        expected += "more";
    }
    SECTION("shrunk") {
        change = [&] { REQUIRE(::truncate(path.c_str(), 100) == 0); };
        expected.resize(100);
    }
    SECTION("shrunk and grown back to its size") {
        change = [&] {
            REQUIRE(::truncate(path.c_str(), 0) == 0);
            REQUIRE(::truncate(path.c_str(), kSize) == 0);
        };
        expected.assign(kSize, '\0');
    }
    SECTION("replaced") {
        change = [&] { std::filesystem::rename(scratch.write("new", "abc"), path); };
        expected = "abc";
    }
    int calls = 0;
    const auto seen = attributes_at(path, with([&] {
        if (++calls > 1) return true;
        scratch.pass_a_tick("file");
        change();
        return true;
    }));
    CHECK(calls >= 1);
    CHECK(seen.size == expected.size());
    CHECK(to_hex(seen.digest) == digest_hex(scratch.write("expected", expected)));
}

TEST_CASE("a file removed while it is hashed is absent") {
    const Scratch scratch;
    const auto path = scratch.write("file", sample(kSize));
    const auto seen = look_at(path, with([&] {
        std::filesystem::remove(path);
        return true;
    }));
    CHECK(seen.absent());
}

TEST_CASE("a file that keeps changing is unreadable for now, with no digest") {
    const Scratch scratch;
    const auto path = scratch.write("file", sample(kSize));
    int calls = 0;
    const auto seen = look_at(path, with([&] {
        scratch.pass_a_tick("file");
        scratch.overwrite("file", 1, std::to_string(++calls));
        return true;
    }));
    REQUIRE(seen.unreadable() != nullptr);
    CHECK(seen.unreadable()->error == EBUSY);
    CHECK(seen.unreadable()->attempted == "changing");
    CHECK(calls == Observer::kAttempts);  // each attempt ends at the next 4 MiB
    REQUIRE(seen.unreadable()->seen.has_value());
    CHECK(seen.unreadable()->seen->size == kSize);
    CHECK(seen.unreadable()->seen->digest.empty());
    CHECK(seen.looked_at == kNow);
}

TEST_CASE("a change of attributes alone while hashing is seen") {
    const Scratch scratch;
    const auto path = scratch.write("file", sample(kSize));
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    int calls = 0;
    const auto seen = attributes_at(path, with([&] {
        if (++calls > 1) return true;
        scratch.pass_a_tick("file");
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
        return true;
    }));
    CHECK(seen.mode == 0600);
    CHECK(calls == 3);  // one, and two of the second attempt
}

TEST_CASE("keep_going ends a look") {
    const Scratch scratch;
    int calls = 0;
    const auto seen = look_at(scratch.write("file", sample(kSize)), with([&] {
        ++calls;
        return false;
    }));
    REQUIRE(seen.unreadable() != nullptr);
    CHECK(seen.unreadable()->error == ECANCELED);
    CHECK(calls == 1);
}

TEST_CASE("holes are zeros") {
    const Scratch scratch;
    const auto path = scratch.write("sparse", "");
    REQUIRE(::truncate(path.c_str(), 3'000'001) == 0);
    CHECK(digest_hex(path) == digest_hex(scratch.write("zeros", std::string(3'000'001, '\0'))));
}

TEST_CASE("how much is to be read is told before, and can be refused") {
    const Scratch scratch;
    const auto path = scratch.write("file", sample(kSize));
    std::vector<std::uint64_t> told;
    LookOptions options;
    options.before_reading = [&](std::uint64_t bytes) {
        told.push_back(bytes);
        return told.size() == 1;
    };
    CHECK(look_at(path, options).attributes() != nullptr);
    const auto refused = look_at(path, options);
    REQUIRE(refused.unreadable() != nullptr);
    CHECK(refused.unreadable()->error == ECANCELED);
    options.profile = Profile::metadata;
    CHECK(look_at(path, options).attributes() != nullptr);
    CHECK(told == std::vector<std::uint64_t>{kSize, kSize});

    // Of a log only what is new, from the start of its last block on.
    told.clear();
    options.before_reading = [&](std::uint64_t bytes) {
        told.push_back(bytes);
        return true;
    };
    options.profile = Profile::log;
    const auto known = look_at(path, options);
    REQUIRE(known.attributes() != nullptr);
    options.known_blocks = &*known.attributes()->blocks;
    scratch.append("file", "more");
    CHECK(look_at(path, options).attributes() != nullptr);
    CHECK(told == std::vector<std::uint64_t>{kSize, kMiB + 4});
}
