#include "approval/ground.hpp"

#include <openssl/pem.h>

#include <array>
#include <catch2/catch.hpp>

#include "approval/openssl.hpp"

namespace touchstone::test {

using approval::Key;

WallTime at(int seconds) { return *parse_utc_seconds("2026-01-31T12:00:00Z") + std::chrono::seconds(seconds); }

std::string sha256(const std::string& bytes) {
    std::array<unsigned char, 32> raw{};
    std::size_t size = 0;
    REQUIRE(EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), raw.data(), &size) == 1);
    return {reinterpret_cast<const char*>(raw.data()), size};
}

ApprovedState file_of(const std::string& content) {
    ApprovedState state;
    state.kind = ApprovedState::Kind::file;
    state.digests[DigestAlgorithm::sha256] = sha256(content);
    return state;
}

Approval sample() {
    Approval approval;
    approval.id = std::string(31, '0') + "7";
    approval.hosts = {kHost};
    approval.not_before = at(0);
    approval.expires = at(3600);
    approval.approver = "alice";
    approval.ticket = "CHG-4711";
    approval.note = "the new release";
    approval.changes = {{"/etc/app.conf", file_of("old"), file_of("new")}, {"/etc/app.d", {}, {.kind = ApprovedState::Kind::directory, .digests = {}, .link_target = {}, .mode = 0755, .uid = 0, .gid = 0}}};
    return approval;
}

KeyPair make_keys(const ScratchDirectory& directory, const std::string& name, const char* algorithm) {
    const KeyPair pair{directory / (name + ".key"), directory / (name + ".pem")};
    const Key key(std::string(algorithm) == "RSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}) : EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm));
    REQUIRE(key);
    const auto write = [](const std::string& file, const auto& put) {
        const approval::Bio bio(BIO_new_file(file.c_str(), "w"));
        REQUIRE((bio && put(bio.get()) == 1));
    };
    write(pair.private_file, [&](BIO* bio) { return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    write(pair.public_file, [&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
    return pair;
}

std::string sign(const Approval& approval, const KeyPair& keys) {
    auto file = sign_approval(approval, keys.private_file);
    INFO((file ? "" : file.error().what));
    REQUIRE(file);
    return *file;
}

}  // namespace touchstone::test
