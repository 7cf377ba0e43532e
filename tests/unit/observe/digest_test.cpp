// Known answers (FIPS 180-4, FIPS 202) and an OpenSSL that offers less.
#include <openssl/evp.h>

#include "scratch.hpp"

using namespace touchstone;

TEST_CASE("digests of abc are those of the standards") {
    const Scratch scratch;
    const auto abc = scratch.write("abc", "abc");
    CHECK(digest_hex(abc) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(digest_hex(abc, DigestAlgorithm::sha384) ==
          "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    CHECK(digest_hex(abc, DigestAlgorithm::sha512) ==
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK(digest_hex(abc, DigestAlgorithm::sha3_256) == "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    CHECK(digest_hex(abc, DigestAlgorithm::sha3_512) ==
          "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
          "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
}

TEST_CASE("an empty file has the digest of nothing") {
    const Scratch scratch;
    CHECK(digest_hex(scratch.write("empty", "")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a million a's cross every buffer, and one observer looks again and again") {
    const Scratch scratch;
    const auto path = scratch.write("a", std::string(1'000'000, 'a'));
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer.has_value());
    for (int i = 0; i < 2; ++i) {
        const auto seen = observer->look(path, {}, kNow);
        REQUIRE(seen.attributes() != nullptr);
        CHECK(to_hex(seen.attributes()->digest) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
}

TEST_CASE("a refused algorithm is named, with those that are offered") {
    REQUIRE(EVP_set_default_properties(nullptr, "provider=nobody") == 1);
    const auto refused = Observer::make(DigestAlgorithm::sha3_512);
    REQUIRE(EVP_set_default_properties(nullptr, "") == 1);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::bad_input);
    CHECK(refused.error().what.find("sha3-512") != std::string::npos);
    CHECK(refused.error().what.find("offered: none") != std::string::npos);
    CHECK(Observer::make(DigestAlgorithm::sha3_512).has_value());
}
