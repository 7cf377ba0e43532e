#include "content_digest.hpp"

#include <openssl/err.h>

#include <array>

namespace touchstone {

Result<ContentDigest> ContentDigest::make(const std::string& algorithm) {
    ContentDigest made;
    made.context_.reset(EVP_MD_CTX_new());
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> digest(EVP_MD_fetch(nullptr, algorithm.c_str(), nullptr), EVP_MD_free);
    if (!digest || !made.context_ || EVP_DigestInit_ex2(made.context_.get(), digest.get(), nullptr) != 1) {
        ERR_clear_error();
        return fail(Error{"digest " + algorithm + " is not offered by this host's OpenSSL or its FIPS provider", ErrorKind::bad_input, 0});
    }
    return made;
}

void ContentDigest::update(std::string_view bytes) {
    sound_ = sound_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::string ContentDigest::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int length = 0;
    if (!sound_ || EVP_DigestFinal_ex(context_.get(), raw.data(), &length) != 1) return {};
    sound_ = false;
    return {reinterpret_cast<const char*>(raw.data()), length};
}

std::string sha256_of(std::string_view bytes) {
    auto digest = ContentDigest::make("sha256");
    if (!digest) return {};
    digest->update(bytes);
    return digest->finish();
}

}  // namespace touchstone
