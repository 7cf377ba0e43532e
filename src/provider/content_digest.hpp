// A digest in whatever algorithm a source of truth uses; those of the configuration are stage observe's.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "touchstone/result.hpp"

namespace touchstone {

class ContentDigest {
public:
    static Result<ContentDigest> make(const std::string& algorithm);  // begun; bad_input when OpenSSL does not offer it
    void update(std::string_view bytes);
    std::string finish();  // raw; "" when OpenSSL failed, which equals no digest

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
    bool sound_ = true;
};

std::string sha256_of(std::string_view bytes);  // raw

}  // namespace touchstone
