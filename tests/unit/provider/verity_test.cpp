#include "asking.hpp"
#include "support/scratch_directory.hpp"
#include "verity/provider.hpp"
#include "verity/signature.hpp"

namespace touchstone {
namespace {

using verity::Certificates;
using verity::Sealed;

constexpr auto kCurve = "ec -pkeyopt ec_paramgen_curve:P-256";

// A signer, and a file that fsverity(1) signed for it.
class Signed {
public:
    explicit Signed(const std::string& key = kCurve, const std::string& hash = "sha256") {
        shell("openssl req -x509 -newkey " + key + " -nodes -keyout key.pem -out cert.pem -subj '/CN=Image signer'");
        test::put_content(directory_ / "file", "hello\n");
        shell("fsverity sign file file.sig --key=key.pem --cert=cert.pem --hash-alg=" + hash + " && fsverity digest --hash-alg=" + hash + " file | tr -d '\\n' >digest");
    }
    std::string path(const std::string& name) const { return directory_ / name; }
    void shell(const std::string& command) const { test::shell("cd " + directory_.path() + " && " + command); }
    Certificates certificates() const {
        auto loaded = Certificates::load({path("cert.pem")});
        REQUIRE(loaded);
        return std::move(*loaded);
    }
    // As the kernel would give it.
    Sealed sealed(const std::string& signature = "file.sig") const {
        const auto digest = test::content_of(path("digest"));  // "sha256:HEX file"
        const auto colon = digest.find(':'), space = digest.find(' ');
        const std::uint16_t algorithm = digest.starts_with("sha512") ? 2 : 1;
        return {algorithm, *from_hex(digest.substr(colon + 1, space - colon - 1)), test::content_of(path(signature))};
    }

private:
    test::ScratchDirectory directory_;
};

TEST_CASE("fs-verity: a digest that a known certificate signed is believed, with its signer's name") {
    const auto key = GENERATE(as<std::string>(), "rsa:2048", kCurve);
    const auto hash = GENERATE(as<std::string>(), "sha256", "sha512");
    const Signed one(key, hash);
    const auto signer = one.certificates().signer_of(one.sealed());
    CHECK(signer.ends_with(" (/CN=Image signer)"));
    CHECK(signer.find(' ') == 64);
}

TEST_CASE("fs-verity: anything else is not") {
    const Signed one, other;
    const auto certificates = one.certificates();
    REQUIRE_FALSE(certificates.signer_of(one.sealed()).empty());
    auto sealed = one.sealed();
    SECTION("another digest") { sealed.digest[5] ^= 1; }
    SECTION("another algorithm") { sealed.algorithm = 2; }
    SECTION("a shorter digest") { sealed.digest.pop_back(); }
    SECTION("another signature") { sealed.signature[sealed.signature.size() - 3] ^= 1; }
    SECTION("another signer of the same name") { sealed = other.sealed(); }
    SECTION("none") { sealed.signature.clear(); }
    SECTION("cut short") { sealed.signature.resize(sealed.signature.size() / 2); }
    SECTION("nonsense") { sealed.signature.assign(5000, '\x30'); }
    SECTION("another signer, who sends his certificate along") {
        test::put_content(other.path("signed"), std::string("FSVerity\x01\0\x20\0", 12) + sealed.digest);
        other.shell("openssl smime -sign -binary -noattr -in signed -inkey key.pem -signer cert.pem -outform DER -out with.sig");
        sealed.signature = other.sealed("with.sig").signature;
        CHECK_FALSE(other.certificates().signer_of(sealed).empty());
    }
    SECTION("over a digest that is broken") {
        test::put_content(one.path("signed"), std::string("FSVerity\x01\0\x20\0", 12) + sealed.digest);
        one.shell("openssl smime -sign -binary -noattr -nocerts -md sha1 -in signed -inkey key.pem -signer cert.pem -outform DER -out sha1.sig");
        sealed.signature = one.sealed("sha1.sig").signature;
    }
    CHECK(certificates.signer_of(sealed).empty());
}

TEST_CASE("fs-verity: every prefix and every changed byte of a signature is survived") {
    const Signed one;
    const auto certificates = one.certificates();
    const auto whole = one.sealed();
    for (std::size_t i = 0; i < whole.signature.size(); ++i) {
        auto cut = whole, changed = whole;
        cut.signature.resize(i);
        changed.signature[i] = static_cast<char>(changed.signature[i] ^ 0x41);
        CHECK(certificates.signer_of(cut).empty());
        static_cast<void>(certificates.signer_of(changed));  // some bytes mean nothing
    }
}

TEST_CASE("fs-verity: certificates that cannot be used are named, and without any there is no provider") {
    const Signed one;
    CHECK(*open_verity({}) == nullptr);
    CHECK(open_verity({one.path("missing.pem")}).error().kind == ErrorKind::system);
    const auto wrong = open_verity({one.path("cert.pem"), one.path("file")});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().what == one.path("file") + " holds no certificate in PEM");
    const auto provider = open_verity({one.path("cert.pem")});
    REQUIRE(provider);
    CHECK(test::ask(**provider, one.path("file")).silent());  // fs-verity does not hold it
    CHECK(test::ask(**provider, one.path("gone")).silent());
}

}  // namespace
}  // namespace touchstone
