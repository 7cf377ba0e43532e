#include "hasher.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <utility>
#include <vector>

#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

std::string refusal(DigestAlgorithm algorithm) {
    std::vector<std::string_view> offered;
    for (const auto each : offered_digests()) offered.push_back(config_name(each));
    return fmt::format("digest {} is not offered by this host's OpenSSL{} (offered: {})", config_name(algorithm), is_fips_enabled() ? ", which is in FIPS mode" : "",
                       offered.empty() ? "none" : fmt::format("{}", fmt::join(offered, ", ")));
}

}  // namespace

bool is_fips_enabled() { return EVP_default_properties_is_fips_enabled(nullptr) == 1; }

std::vector<DigestAlgorithm> offered_digests() {
    std::vector<DigestAlgorithm> offered;
    for (const auto each : kDigestAlgorithms)
        if (Hasher::is_offered(each)) offered.push_back(each);
    return offered;
}

void Hasher::Free::operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
void Hasher::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Hasher::Digest Hasher::fetch(DigestAlgorithm algorithm) {
    Digest fetched(EVP_MD_fetch(nullptr, std::string(config_name(algorithm)).c_str(), nullptr));
    if (!fetched) ERR_clear_error();
    return fetched;
}

Result<Hasher> Hasher::make(DigestAlgorithm algorithm) {
    Hasher made;
    made.algorithm_ = algorithm;
    made.digest_ = fetch(algorithm);
    if (!made.digest_) return fail(Error{refusal(algorithm), ErrorKind::bad_input, 0});
    made.running_.reset(EVP_MD_CTX_new());
    made.copy_.reset(EVP_MD_CTX_new());
    if (!made.running_ || !made.copy_) return fail(system_error("allocate a digest", ENOMEM));
    return made;
}

void Hasher::begin() { sound_ = EVP_DigestInit_ex2(running_.get(), digest_.get(), nullptr) == 1; }

void Hasher::update(std::string_view bytes) { sound_ = sound_ && EVP_DigestUpdate(running_.get(), bytes.data(), bytes.size()) == 1; }

std::string Hasher::result_of(EVP_MD_CTX* context) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int length = 0;
    if (EVP_DigestFinal_ex(context, raw.data(), &length) != 1) return {};
    return {reinterpret_cast<const char*>(raw.data()), length};
}

std::string Hasher::finish() { return std::exchange(sound_, false) ? result_of(running_.get()) : std::string(); }

std::string Hasher::peek() const {
    if (!sound_ || EVP_MD_CTX_copy_ex(copy_.get(), running_.get()) != 1) return {};
    return result_of(copy_.get());
}

}  // namespace touchstone
