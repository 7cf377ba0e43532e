#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "touchstone/bytes.hpp"
#include "touchstone/event.hpp"

namespace touchstone {
namespace {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
    return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

// Not within a character of several bytes.
std::string_view cut(std::string_view text) {
    std::size_t end = kMaxShownValue;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end);
}

}  // namespace

std::string shown_value(const std::string& text) {
    if (text.size() <= kMaxShownValue) return text;
    const auto raw = text.starts_with("0x") ? from_hex(std::string_view(text).substr(2)) : std::nullopt;
    const std::string_view value = raw ? *raw : text;
    return fmt::format("{}... ({} bytes, sha256:{})", cut(text), value.size(), sha256(value));
}

}  // namespace touchstone
