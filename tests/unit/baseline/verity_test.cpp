// Measurements of fs-verity in the baseline, and baselines of before there were any (version 1).
#include <catch2/catch.hpp>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

const std::string kOld = TOUCHSTONE_SOURCE_DIR "/tests/fuzz/corpus/state/baseline-version-1.db";

}  // namespace

TEST_CASE("a baseline of version 1 is whole under its old id, and says what it said") {
    auto old = BaselineReader::open(kOld);
    REQUIRE(old);
    CHECK(old->verify());
    CHECK(old->info().id == "fc9b75aad06161ca347b6f522e4b360d496c9f8adc7a8c7a8be24c7d81dbe7ad");
    CHECK(names(*old, "/srv/d") == std::vector<std::string>{"a", "e", "l"});
    const auto row = old->find("/srv/d/a").value();
    REQUIRE(row);
    CHECK(row->attributes()->digest.size() == 32);
    CHECK(row->attributes()->verity.empty());
    CHECK(row->attributes()->inode_flags == 0);
    CHECK_FALSE(row->follows_baseline);
}

TEST_CASE("rows of a baseline of version 1 are taken over into a new one") {
    ScratchDirectory directory;
    auto old = BaselineReader::open(kOld);
    REQUIRE(old);
    auto writer = BaselineWriter::create(directory / "b", info());
    REQUIRE(writer);
    REQUIRE(writer->copy_from(*old));
    auto held = file(7);
    held.verity = "sha256:aa";
    REQUIRE(writer->put(seen("/new", held)));
    REQUIRE(writer->commit());
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->verify());
    CHECK(reader->info().objects == old->info().objects + 1);
    CHECK(same(*reader->find("/srv/d/a").value(), *old->find("/srv/d/a").value()));
    CHECK(reader->find("/new").value()->attributes()->verity == "sha256:aa");
}

TEST_CASE("a digest goes with the measurement that was taken of the same content, and with no other") {
    ScratchDirectory directory;
    auto held = file(7);
    held.verity = "sha256:aa";
    auto undigested = held;
    undigested.digest.clear();
    REQUIRE(write(directory / "b", {seen("/held", held), seen("/plain", 8), seen("/undigested", undigested)}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    CHECK(reader->digest_of("/held", "sha256:aa", DigestAlgorithm::sha256) == held.digest);
    CHECK(reader->digest_of("/held", "sha256:bb", DigestAlgorithm::sha256) == std::nullopt);
    CHECK(reader->digest_of("/held", "", DigestAlgorithm::sha256) == std::nullopt);
    CHECK(reader->digest_of("/held", "sha256:aa", DigestAlgorithm::sha3_256) == std::nullopt);  // as long, and another
    CHECK(reader->digest_of("/plain", "sha256:aa", DigestAlgorithm::sha256) == std::nullopt);
    CHECK(reader->digest_of("/plain", "", DigestAlgorithm::sha256) == std::nullopt);
    CHECK(reader->digest_of("/undigested", "sha256:aa", DigestAlgorithm::sha256) == std::nullopt);
    CHECK(reader->digest_of("/not there", "sha256:aa", DigestAlgorithm::sha256) == std::nullopt);
}
