// Secrets that go over several lines.
#include <catch2/catch.hpp>

#include "text.hpp"

using namespace touchstone;
using touchstone::test::masked;

TEST_CASE("what lies within a private key is masked, line by line") {
    CHECK(masked("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nb") ==
          "a\n-----BEGIN RSA PRIVATE KEY-----\n********\n********\n-----END RSA PRIVATE KEY-----\nb");
    CHECK(masked("  -----BEGIN OPENSSH PRIVATE KEY-----\n  b3Bl\n  never ended") == "  -----BEGIN OPENSSH PRIVATE KEY-----\n  ********\n  ********");
    CHECK(masked("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----") ==
          "-----BEGIN PGP PRIVATE KEY BLOCK-----\n********\n-----END PGP PRIVATE KEY BLOCK-----");
    CHECK(masked("k: -----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----") == "k: -----BEGIN PRIVATE KEY-----********");
    CHECK(masked("Private-Lines: 2\na\nb\nPrivate-MAC: 0") == "Private-Lines: 2\n********\n********\nPrivate-MAC: 0");
    CHECK(masked("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----") == "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----");
}

TEST_CASE("a value that goes on is masked to its end") {
    CHECK(masked("password:\n  hunter2\nuser: joe") == "password:\n  ********\nuser: joe");
    CHECK(masked("x:\n  token: |\n    one\n\n    two\n  user: joe") == "x:\n  token: ********\n    ********\n\n    ********\n  user: joe");
    CHECK(masked("password = one\\\ntwo\nthree") == "password = ********\n********\nthree");
    CHECK(masked("password = \"\"\"\none\ntwo\"\"\"\nthree") == "password = \"\"\"\n********\n********\nthree");
    CHECK(masked("PASSWORD='one\ntwo'\nthree") == "PASSWORD='********\n********\nthree");
    CHECK(masked("PASSWORD='one'\ntwo") == "PASSWORD='********'\ntwo");
}

TEST_CASE("a quote that is never closed does not hide the rest") {
    std::string text = "password = 'x";
    for (int i = 0; i < 400; ++i) text += "\nline " + std::to_string(i);
    CHECK(masked(text).ends_with("line 399"));
    CHECK(masked(text).find("line 100\n") == std::string::npos);
}

TEST_CASE("private keys are known by what stands in them") {
    CHECK(holds_private_key("x\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    CHECK(holds_private_key("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----"));
    CHECK(holds_private_key("PuTTY-User-Key-File-3: ssh-ed25519"));
    CHECK_FALSE(holds_private_key("-----BEGIN CERTIFICATE-----\nPRIVATE"));
    CHECK_FALSE(holds_private_key("-----BEGIN PUBLIC KEY-----\n" + std::string(100, 'x') + "PRIVATE KEY"));
}
