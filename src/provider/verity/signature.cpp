#include "signature.hpp"

#include <endian.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

#include <array>
#include <climits>

#include "../file_state.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::verity {
namespace {

constexpr std::size_t kMostPem = 1 << 20;  // bytes of a file of certificates

template <class T, void (*free)(T*)>
struct Freed {
    void operator()(T* object) const { free(object); }
};
void free_bio(BIO* bio) { BIO_free_all(bio); }
using Bio = std::unique_ptr<BIO, Freed<BIO, free_bio>>;
using Pkcs7 = std::unique_ptr<PKCS7, Freed<PKCS7, PKCS7_free>>;

// Buffered: of a plain memory BIO PKCS7_verify() makes a copy, which OpenSSL 3.0 does not free where the signature is malformed.
Bio buffered(Bio memory) {
    Bio buffer(memory ? BIO_new(BIO_f_buffer()) : nullptr);
    if (!buffer || BIO_push(buffer.get(), memory.get()) == nullptr) return Bio();
    (void)memory.release();  // freed with the chain
    return buffer;
}

Bio reading(std::string_view bytes) { return Bio(bytes.size() <= INT_MAX ? BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())) : nullptr); }

// struct fsverity_formatted_digest of <linux/fsverity.h>: what is signed.
std::string signed_bytes(const Sealed& sealed) {
    const std::uint16_t numbers[] = {htole16(sealed.algorithm), htole16(static_cast<std::uint16_t>(sealed.digest.size()))};
    return std::string("FSVerity") + std::string(reinterpret_cast<const char*>(numbers), sizeof numbers) + sealed.digest;
}

bool is_sound(PKCS7_SIGNER_INFO* info) {
    X509_ALGOR* digest = nullptr;
    PKCS7_SIGNER_INFO_get0_algs(info, nullptr, &digest, nullptr);
    const int kind = digest != nullptr ? OBJ_obj2nid(digest->algorithm) : NID_undef;
    return kind == NID_sha256 || kind == NID_sha384 || kind == NID_sha512;
}

bool all_sound(PKCS7* signature) {
    auto* const infos = PKCS7_type_is_signed(signature) ? PKCS7_get_signer_info(signature) : nullptr;
    const int count = infos != nullptr ? sk_PKCS7_SIGNER_INFO_num(infos) : 0;
    for (int i = 0; i < count; ++i)
        if (!is_sound(sk_PKCS7_SIGNER_INFO_value(infos, i))) return false;
    return count > 0;
}

bool verifies(PKCS7* signature, X509* certificate, const std::string& bytes) {
    const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> one(sk_X509_new_null(), [](STACK_OF(X509)* stack) { sk_X509_free(stack); });
    const auto content = buffered(reading(bytes));
    if (!one || !content || sk_X509_push(one.get(), certificate) == 0) return false;
    // Only the given certificate signs, whatever the signature brings with it; who issued it is no matter.
    const bool good = PKCS7_verify(signature, one.get(), nullptr, content.get(), nullptr, PKCS7_NOINTERN | PKCS7_NOVERIFY | PKCS7_BINARY) == 1;
    ERR_clear_error();
    return good;
}

std::string shown(X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int length = 0;
    if (X509_digest(certificate, EVP_sha256(), raw.data(), &length) != 1) length = 0;
    std::array<char, 256> subject{};
    X509_NAME_oneline(X509_get_subject_name(certificate), subject.data(), static_cast<int>(subject.size()));
    return fmt::format("{} ({})", to_hex({reinterpret_cast<const char*>(raw.data()), length}), printable(subject.data()));
}

}  // namespace

Result<Certificates> Certificates::load(const std::vector<std::string>& paths) {
    Certificates made;
    for (const auto& path : paths) {
        const auto file = read_file(path, kMostPem);
        if (!file) return fail(file.error());
        const auto before = made.certificates_.size();
        const auto text = reading(file->content);
        while (X509* certificate = text ? PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr) : nullptr) made.certificates_.emplace_back(certificate);
        ERR_clear_error();
        if (made.certificates_.size() == before) return fail(Error{printable(path) + " holds no certificate in PEM", ErrorKind::bad_input, 0});
    }
    return made;
}

std::string Certificates::signer_of(const Sealed& sealed) const {
    const auto* at = reinterpret_cast<const unsigned char*>(sealed.signature.data());
    const Pkcs7 signature(d2i_PKCS7(nullptr, &at, static_cast<long>(sealed.signature.size())));
    ERR_clear_error();
    if (!signature || !all_sound(signature.get())) return {};
    for (const auto& certificate : certificates_)
        if (verifies(signature.get(), certificate.get(), signed_bytes(sealed))) return shown(certificate.get());
    return {};
}

}  // namespace touchstone::verity
