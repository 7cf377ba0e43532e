// OpenSSL's objects, owned; and why it refused.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

namespace touchstone::approval {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

// The oldest error of this thread, in OpenSSL's words; takes all of them away.
std::string openssl_reason();

// "" when Ed25519 can be used here, else who does not offer it.
std::string fault_of_ed25519();

// 64 hex digits: SHA-256 of the SubjectPublicKeyInfo; "" when OpenSSL refuses.
std::string id_of(EVP_PKEY* key);

}  // namespace touchstone::approval
