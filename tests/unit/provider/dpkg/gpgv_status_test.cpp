#include <catch2/catch.hpp>

#include "dpkg/signature.hpp"

using namespace touchstone::dpkg;

namespace {

const std::string kKey = "4D64FEC119C2029067D6E791F8D2585B8783D481";
const std::string kSubkey = "4CB50190207B4758A3F73A796ED0E7B82643E131";

std::string good(const std::string& hash = "8") {
    return "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 6ED0E7B82643E131 A Name <a@b>\n[GNUPG:] VALIDSIG " + kSubkey + " 2026-07-11 1783765031 0 4 0 1 " + hash + " 01 " + kKey + "\n";
}

std::string why(const std::string& status, const std::vector<std::string>& fingerprints = {}) {
    const auto read = read_gpgv_status(status, fingerprints);
    REQUIRE_FALSE(read);
    return read.error().what;
}

}  // namespace

TEST_CASE("gpgv: good signatures, one of a key that is not known among them") {
    const auto signers = read_gpgv_status(good() + "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 1234 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY 1234\n", {});
    REQUIRE(signers);
    CHECK(*signers == std::vector<std::string>{kKey + " A Name <a@b>"});
}

TEST_CASE("gpgv: nothing that is not known to be good is") {
    CHECK(why("") == "it is not signed");
    CHECK(why("[GNUPG:] NODATA 4\n") == "no signature that gpgv understands");
    CHECK(why(good() + "[GNUPG:] BADSIG 1234 x\n") == "the text is not what was signed");
    CHECK(why("[GNUPG:] EXPKEYSIG 1234 x\n[GNUPG:] VALIDSIG " + kKey + " 2026-07-11 1 0 4 0 1 8 01 " + kKey + "\n") == "the key has expired (1234)");
    CHECK(why("[GNUPG:] REVKEYSIG 1234 x\n") == "the key was revoked (1234)");
    CHECK(why("[GNUPG:] EXPSIG 1234 x\n") == "the signature has expired (1234)");
    CHECK(why("[GNUPG:] ERRSIG 1234 1 8 01 1 9 -\n[GNUPG:] NO_PUBKEY 1234\n") == "the key is not among the trusted ones (1234)");
    CHECK(why(good("2")) == "the signature is by a weak digest");
    CHECK(why(good("1")) == "the signature is by a weak digest");
    CHECK(why("[GNUPG:] PLAINTEXT 74 0\n" + good() + "[GNUPG:] PLAINTEXT 74 0\n") == "it holds more than one text");
    // A name that looks like a status line is part of its line.
    CHECK(why("gpgv: [GNUPG:] GOODSIG x\n") == "it is not signed");
}

TEST_CASE("gpgv: only the keys that the source names, by primary key or subkey") {
    CHECK(read_gpgv_status(good(), {kKey}));
    CHECK(read_gpgv_status(good(), {kSubkey}));
    CHECK(why(good(), {std::string(40, 'A')}) == "the key is not the one that the source names (" + kKey + ")");
}

TEST_CASE("gpgv: no keys, no trust, and garbage is no signature") {
    CHECK_FALSE(verify_signature("text", "", "", {}));
    CHECK_FALSE(verify_signature("text", "", "no keyring", {}));
    CHECK_FALSE(verify_signature("text", "no signature", "no keyring", {}));
}
