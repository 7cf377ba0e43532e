#include <catch2/catch.hpp>

#include "approval/ground.hpp"

using namespace touchstone;
using namespace touchstone::test;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const std::string& file, const std::vector<ApproverKey>& keys) {
    const auto verified = verify_approval(file, keys);
    return verified ? "taken" : verified.error().what;
}

}  // namespace

TEST_CASE("what a key has signed is verified, and says which key it was") {
    const ScratchDirectory directory;
    const auto alice = make_keys(directory, "alice"), bob = make_keys(directory, "bob");
    const auto keys = ApproverKey::load_all({bob.public_file, alice.public_file});
    REQUIRE(keys);
    const auto file = sign(sample(), alice);
    const auto verified = verify_approval(file, *keys);
    REQUIRE(verified);
    CHECK(verified->approval == sample());
    CHECK(verified->key_name == "alice");
    CHECK(verified->key_id == (*keys)[1].id());
    CHECK(claimed_signer(file) == (*keys)[1].id());
}

TEST_CASE("altered, unsigned and foreign approvals are refused") {
    const ScratchDirectory directory;
    const auto alice = make_keys(directory, "alice"), mallory = make_keys(directory, "mallory");
    const auto keys = ApproverKey::load_all({alice.public_file}).value();
    const auto file = sign(sample(), alice);
    const auto end = file.rfind("signature ");
    CHECK_THAT(refusal(file.substr(0, end), keys), Contains("not signed"));
    CHECK_THAT(refusal("", keys), Contains("not signed"));
    CHECK_THAT(refusal(sign(sample(), mallory), keys), Contains("not among the [approvals] keys"));
    CHECK_THAT(refusal(file, {}), Contains("not among"));
    CHECK_THAT(refusal(file + file.substr(end), keys), Contains("forged"));
    for (const std::size_t at : {std::size_t{0}, file.find("4711"), end - 2}) {  // any byte of the text
        auto altered = file;
        altered[at] ^= 1;
        CHECK_THAT(refusal(altered, keys), Contains("altered since, or forged"));
    }
    // Mallory's signature under Alice's name.
    const auto forged = sign(sample(), mallory);
    const auto tail = forged.substr(forged.rfind("signature ") + 74);
    CHECK_THAT(refusal(file.substr(0, end + 74) + tail, keys), Contains("forged"));
    for (const auto& bad : {file.substr(0, file.size() - 1), file.substr(0, file.size() - 2) + "G\n", file + "\n"}) CHECK(refusal(bad, keys) != "taken");
}

TEST_CASE("what is signed but no approval is refused") {
    const ScratchDirectory directory;
    const auto alice = make_keys(directory, "alice");
    auto approval = sample();
    approval.changes.clear();
    CHECK_THAT(sign_approval(approval, alice.private_file).error().what, Contains("approves nothing"));
}

TEST_CASE("keys of another kind, and no keys, are refused by name") {
    const ScratchDirectory directory;
    const auto rsa = make_keys(directory, "rsa", "RSA"), alice = make_keys(directory, "alice");
    CHECK_THAT(ApproverKey::load(rsa.public_file).error().what, Contains("rsa.pem") && Contains("not of Ed25519"));
    CHECK_THAT(sign_approval(sample(), rsa.private_file).error().what, Contains("rsa.key") && Contains("not of Ed25519"));
    CHECK_THAT(ApproverKey::load(alice.private_file).error().what, Contains("no public key"));
    CHECK_THAT(sign_approval(sample(), alice.public_file).error().what, Contains("no private key"));
    CHECK(ApproverKey::load(directory / "none").error().code == ENOENT);
    put_content(directory / "long", std::string(70000, 'x'));
    CHECK_THAT(ApproverKey::load(directory / "long").error().what, Contains("longer than"));
    CHECK_THAT(ApproverKey::load(directory.path()).error().what, Contains("not a file"));
}
