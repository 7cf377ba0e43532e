// Any bytes as Ignition configurations, data URLs, gzip, signatures of fs-verity, and capabilities in rpm's headers: the first byte chooses the reader.
#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "ignition/configuration.hpp"
#include "ignition/data_url.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "verity/signature.hpp"
#ifdef TOUCHSTONE_RPM
#include "rpm/capabilities.hpp"
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace touchstone;

void require(bool promise) {
    if (!promise) std::abort();
}

bool is_clean(const std::string& path) {
    return path.starts_with('/') && path.find("//") == path.npos && (path + "/").find("/../") == path.npos && (path + "/").find("/./") == path.npos &&
           path.find('\0') == path.npos;
}

void check_configuration(const std::string& text) {
    const auto configuration = ignition::parse_configuration(text);
    if (!configuration) return require(!configuration.error().what.empty());
    for (const auto& [path, entry] : configuration->entries) {
        require(is_clean(path) && entry.stated.type.has_value());
        require(entry.stated.mode.value_or(0) <= 07777);
        const auto& content = entry.stated.content;
        require(!content || content->digest.size() == (content->algorithm == "sha512" ? 64U : 32U));
    }
}

void check_data_url(const std::string& url) {
    const auto bytes = ignition::decode_data_url(url);
    if (!bytes || !*bytes || url.find('%') != url.npos) return;
    const auto comma = url.find(',');
    const auto data = url.substr(comma + 1);
    if (!url.substr(0, comma).ends_with(";base64")) return require(**bytes == data);
    // Written again it is the same: but for line ends, and for bits of the last four that have no meaning.
    std::string again((bytes->value().size() + 2) / 3 * 4 + 1, '\0'), plain;
    again.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()), reinterpret_cast<const unsigned char*>((*bytes)->data()),
                                                          static_cast<int>((*bytes)->size()))));
    for (const char c : data)
        if (c != '\r' && c != '\n') plain += c;
    require(again.size() == plain.size() && (plain.empty() || again.substr(0, again.size() - 4) == plain.substr(0, plain.size() - 4)));
}

void check_gzip(const std::string& bytes) {
    constexpr std::size_t kMost = 1 << 20;
    const auto plain = ignition::gunzip(bytes, kMost);
    require(!plain || plain->size() <= kMost);
}

constexpr auto kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIUHG3AUIh0JA4TliAQzQ7PdF0s3VgwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGU2lnbmVyMCAXDTI2MTEyOTE0MjExMloYDzIxMjYxMTA1MTQy
MTEyWjARMQ8wDQYDVQQDDAZTaWduZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQrlQHXy9g6W7VEyEmcjx0RnGNjG+Rw3FFBJaD7E9SeJf+ItbXBM7ZOCSkfDGPw
RnjyY0AZ2kJg+9EFrSXxPX13o1MwUTAdBgNVHQ4EFgQU1Brwf8kuJjY5PDNUlbwy
6ugOLBYwHwYDVR0jBBgwFoAU1Brwf8kuJjY5PDNUlbwy6ugOLBYwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAkTlGPV3S9QOBg+NOdrg3NyssCQo92
bn6YNV46M/xdPwIgKsSiuXGo2Osq0L//yGSA/e8cqlHtMmMi15paq7gFEqg=
-----END CERTIFICATE-----
)";

// `content` as a file that can be named.
verity::Certificates load(const std::string& content, bool& good) {
    const Fd file(::memfd_create("certificates", MFD_CLOEXEC));
    require(file && ::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    auto loaded = verity::Certificates::load({"/proc/self/fd/" + std::to_string(file.get())});
    good = loaded.has_value();
    return loaded ? std::move(*loaded) : verity::Certificates();
}

// The corpus has real signatures of this digest; of another they are none.
void check_signature(const std::string& signature) {
    static bool good = false;
    static const auto certificates = load(kCertificate, good);
    require(good);
    const verity::Sealed sealed{1, std::string(32, '\x11'), signature}, other{1, std::string(32, '\x12'), signature};
    require(certificates.signer_of(sealed).empty() || certificates.signer_of(other).empty());
}

void check_certificates(const std::string& text) {
    bool good = false;
    const auto certificates = load(text, good);
    if (good) (void)certificates.signer_of({1, std::string(32, '\x11'), "0"});
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0]) {
        case 'i': check_configuration(text); break;
        case 'u': check_data_url("data:" + text); break;
        case 'z': check_gzip(text); break;
        case 's': check_signature(text); break;
        case 'c': check_certificates(text); break;
#ifdef TOUCHSTONE_RPM
        case 'r': require(rpm::capability_xattr(text).value_or("").size() % 20 == 0); break;  // none, or XATTR_CAPS_SZ_2
#endif
        default: break;
    }
    return 0;
}
