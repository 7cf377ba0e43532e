// Measurements of fs-verity in the baseline.
#include <catch2/catch.hpp>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

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
