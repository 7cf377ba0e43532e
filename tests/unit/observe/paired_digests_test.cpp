// Files read two at a time: what each is given back with, also where it changes or cannot be read meanwhile.
#include <openssl/evp.h>

#include <map>

#include "scratch.hpp"

using namespace touchstone;

namespace {

struct Pairs {
    std::map<std::string, std::string> digests;  // hexadecimal; "" for none
    std::vector<std::string> order;
    std::function<bool()> keep_going = [] { return true; };
    std::unique_ptr<PairedDigests> made;

    Pairs() {
        const auto finished = [this](const PairedDigests::File& file, const std::string* digest) {
            REQUIRE(digests.emplace(file.path, digest ? to_hex(*digest) : "").second);
            order.push_back(file.path);
        };
        made = PairedDigests::make(DigestAlgorithm::sha256, [this] { return keep_going(); }, finished);
    }

    explicit operator bool() const { return made != nullptr; }

    void add(const std::string& path) const { made->add(opened_file(path)); }
    void finish() const {
        while (made->read_on()) {}
    }
};

}  // namespace

TEST_CASE("files of all sizes are given back once, with their digests") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    std::map<std::string, std::string> expected;
    const std::vector<std::uint64_t> sizes{9 * kMiB + 5, 100'000, 1,       64 << 10,      (64 << 10) + 1, 3 * kMiB - 1, 2 * kMiB, (128 << 10) - 1,
                                           63,           64,      128 << 10, 5 * kMiB + 4097, 65,             1'000'000};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto path = scratch.write(std::to_string(i), sample(sizes[i], static_cast<unsigned>(i)));
        expected[path] = digest_hex(path);
        pairs.add(path);
        CHECK(pairs.order.size() == i);  // one waits for the next
    }
    pairs.finish();
    CHECK(pairs.digests == expected);
    pairs.finish();
    CHECK(pairs.order.size() == sizes.size());
}

TEST_CASE("what waits is read when there is another, or when nothing more comes") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    const auto path = scratch.write("file", sample(kMiB));
    pairs.add(path);
    scratch.overwrite("file", 5, "other");
    pairs.finish();
    CHECK(pairs.digests.at(path) == digest_hex(path));
}

TEST_CASE("a file that was begun alone is read on beside the next one") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    const auto large = scratch.write("large", sample(3 * kMiB + 17, 1)), next = scratch.write("next", sample(2 * kMiB + 5, 2));
    const std::map<std::string, std::string> expected{{large, digest_hex(large)}, {next, digest_hex(next)}};
    pairs.add(large);
    for (int piece = 0; piece < 3; ++piece) CHECK(pairs.made->read_on());
    CHECK(pairs.order.empty());
    pairs.add(next);
    CHECK(pairs.order.size() == 1);
    pairs.finish();
    CHECK(pairs.digests == expected);
    CHECK_FALSE(pairs.made->read_on());
}

TEST_CASE("a file that turns out shorter than it was, or cannot be read, has no digest, and the other has its own") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    const auto other = scratch.write("other", sample(3 * kMiB));
    std::string path;
    SECTION("shorter") {
        path = scratch.write("file", sample(kMiB));
        pairs.add(path);
        REQUIRE(::truncate(path.c_str(), 1000) == 0);
    }
    SECTION("not to be read") {
        path = scratch.root();
        pairs.add(path);
    }
    pairs.add(other);
    pairs.finish();
    CHECK(pairs.digests == std::map<std::string, std::string>{{path, ""}, {other, digest_hex(other)}});
}

TEST_CASE("a large file that changes while it is read is not read to its end") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    const auto path = scratch.write("file", sample(24 * kMiB));
    int asked = 0;
    pairs.keep_going = [&] {
        if (++asked > 1) return true;
        scratch.pass_a_tick("file");
        scratch.overwrite("file", 0, "X");
        return true;
    };
    pairs.add(path);
    pairs.finish();
    CHECK(pairs.digests.at(path).empty());
    CHECK(asked <= 2);
}

TEST_CASE("who stops gets files back without digests, after 4 MiB") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    pairs.keep_going = [] { return false; };
    const auto large = scratch.write("large", sample(24 * kMiB)), small = scratch.write("small", sample(kMiB));
    pairs.add(large);
    pairs.add(small);
    pairs.finish();
    CHECK(pairs.digests == std::map<std::string, std::string>{{large, ""}, {small, digest_hex(small)}});
}

TEST_CASE("a file grown meanwhile is digested as long as it was; the look will see that it is not") {
    const Scratch scratch;
    Pairs pairs;
    if (!pairs) return;
    const auto path = scratch.write("file", sample(kMiB));
    const auto before = digest_hex(path);
    pairs.add(path);
    scratch.append("file", "more");
    pairs.finish();
    CHECK(pairs.digests.at(path) == before);
}

TEST_CASE("files are hashed one at a time by other algorithms and in FIPS mode") {
    for (const auto algorithm : kDigestAlgorithms)
        if (algorithm != DigestAlgorithm::sha256) CHECK_FALSE(PairedDigests::is_offered(algorithm));
    REQUIRE(EVP_set_default_properties(nullptr, "fips=yes") == 1);
    const bool offered = PairedDigests::is_offered(DigestAlgorithm::sha256);
    REQUIRE(EVP_set_default_properties(nullptr, "") == 1);
    CHECK_FALSE(offered);
}
