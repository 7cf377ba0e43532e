#include "data_url.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>

#include "touchstone/bytes.hpp"

namespace touchstone::ignition {
namespace {

tl::unexpected<Error> refused(std::string why) { return fail(Error{std::move(why), ErrorKind::bad_input, 0}); }

Result<std::string> percent_decoded(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes += text[i];
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1) return refused(fmt::format("'{}' is not a percent-encoded byte", printable(text.substr(i, 3))));
        bytes += *byte;
        i += 2;
    }
    return bytes;
}

// Line ends between the letters mean nothing, as where Ignition reads it. OpenSSL alone would also take blanks, and padding anywhere.
Result<std::string> base64_decoded(std::string text) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    const auto padding = text.size() - (text.find_last_not_of('=') + 1);
    if (text.size() % 4 != 0 || padding > 2 || text.size() > INT_MAX || text.find_first_not_of(kLetters) < text.size() - padding) return refused("it is not base64");
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) return refused("it is not base64");
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

}  // namespace

Result<std::optional<std::string>> decode_data_url(std::string_view url) {
    constexpr std::string_view kScheme = "data:";
    constexpr std::string_view kBase64 = ";base64";
    if (!url.starts_with(kScheme)) return std::optional<std::string>();
    const auto comma = url.find(',');
    if (comma == url.npos) return refused("a data URL has a comma before its data");
    const auto kind = url.substr(kScheme.size(), comma - kScheme.size());
    auto bytes = percent_decoded(url.substr(comma + 1));
    if (bytes && kind.ends_with(kBase64)) bytes = base64_decoded(std::move(*bytes));
    if (!bytes) return fail(bytes.error());
    return std::optional(std::move(*bytes));
}

Result<std::string> gunzip(std::string_view compressed, std::size_t most) {
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return fail(system_error("prepare to decompress", ENOMEM));
    const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    std::string plain;
    std::array<char, 16384> piece{};
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = piece.size();
        state = inflate(&stream, Z_NO_FLUSH);
        plain.append(piece.data(), piece.size() - stream.avail_out);
        if (plain.size() > most) return refused(fmt::format("it is more than {} bytes when decompressed", most));
        if (state == Z_STREAM_END && stream.avail_in > 0) state = inflateReset(&stream);  // another member
    }
    if (state != Z_STREAM_END) return refused("it is not gzip, or cut short");
    return plain;
}

}  // namespace touchstone::ignition
