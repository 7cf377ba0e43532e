#include "dpkg/md5.hpp"

#include <openssl/evp.h>

#include <array>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {

void Md5::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

bool md5_is_offered() { return EVP_default_properties_is_fips_enabled(nullptr) == 0; }

Md5::Md5() : context_(EVP_MD_CTX_new()) { sound_ = md5_is_offered() && context_ && EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr) == 1; }

void Md5::update(std::string_view bytes) { sound_ = sound_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1; }

std::string Md5::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int length = 0;
    if (!sound_ || EVP_DigestFinal_ex(context_.get(), raw.data(), &length) != 1) return {};
    sound_ = false;
    return to_hex({reinterpret_cast<const char*>(raw.data()), length});
}

}  // namespace touchstone::dpkg
