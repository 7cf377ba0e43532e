#include "approval/openssl.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>

#include "touchstone/bytes.hpp"

namespace touchstone::approval {

std::string openssl_reason() {
    const auto code = ERR_get_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? "OpenSSL refuses" : reason;
}

std::string fault_of_ed25519() {
    struct FreeSignature {
        void operator()(EVP_SIGNATURE* signature) const { EVP_SIGNATURE_free(signature); }
    };
    const std::unique_ptr<EVP_SIGNATURE, FreeSignature> offered(EVP_SIGNATURE_fetch(nullptr, "ED25519", nullptr));
    if (offered) return "";
    ERR_clear_error();
    return EVP_default_properties_is_fips_enabled(nullptr) == 1 ? "Ed25519 is not offered by the FIPS provider of this host's OpenSSL"
                                                                : "Ed25519 is not offered by this host's OpenSSL";
}

std::string id_of(EVP_PKEY* key) {
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key, &encoded);
    if (size <= 0) return "";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t length = 0;
    const bool done = EVP_Q_digest(nullptr, "SHA256", nullptr, encoded, static_cast<std::size_t>(size), digest.data(), &length) == 1;
    OPENSSL_free(encoded);
    return done ? to_hex({reinterpret_cast<const char*>(digest.data()), length}) : "";
}

}  // namespace touchstone::approval
