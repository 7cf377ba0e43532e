#include "dpkg/keyring.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "dpkg/files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxKeyring = 16 << 20;
constexpr std::string_view kBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view kEnd = "-----END PGP PUBLIC KEY BLOCK-----";

Error bad_keys(const char* why) { return Error{why, ErrorKind::bad_input, 0}; }

Result<std::string> from_base64(std::string_view text) {
    const std::unique_ptr<EVP_ENCODE_CTX, void (*)(EVP_ENCODE_CTX*)> context(EVP_ENCODE_CTX_new(), EVP_ENCODE_CTX_free);
    if (!context) return fail(system_error("decode base64", ENOMEM));
    EVP_DecodeInit(context.get());
    std::string out(text.size() + 3, '\0');
    int length = 0, rest = 0;
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_DecodeUpdate(context.get(), to, &length, reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())) < 0 ||
        EVP_DecodeFinal(context.get(), to + length, &rest) != 1)
        return fail(bad_keys("its armour is no base64"));
    out.resize(static_cast<std::size_t>(length + rest));
    return out;
}

std::string_view stripped(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
    return line;
}

// What is between header and checksum: after the first blank line (in a source a lone dot), up to a line that begins with `=`.
Result<std::string> decode_block(std::string_view block) {
    std::string data;
    bool in_body = false;
    while (!block.empty()) {
        const auto end = std::min(block.find('\n'), block.size());
        const auto line = stripped(block.substr(0, end));
        block.remove_prefix(std::min(end + 1, block.size()));
        if (!in_body)
            in_body = line.empty() || line == ".";
        else if (line.starts_with('='))
            break;
        else
            data.append(line).append("\n");
    }
    if (!in_body) return fail(bad_keys("its armour has no body"));
    return from_base64(data);
}

std::vector<std::string> trusted_keyrings(const std::string& root) {
    std::vector<std::string> files{join_path(root, "etc/apt/trusted.gpg")};
    const auto directory = join_path(root, "etc/apt/trusted.gpg.d");
    const auto names = names_in(directory);
    if (names)
        for (const auto& name : *names)
            if (name.ends_with(".gpg") || name.ends_with(".asc")) files.push_back(join_path(directory, name));
    return files;
}

}  // namespace

Result<std::string> binary_keys(std::string_view keys) {
    if (keys.size() >= 12 && keys.substr(8, 4) == "KBXf") return fail(bad_keys("a keybox, which neither apt nor gpgv takes"));
    if (keys.find(kBegin) == std::string_view::npos) return std::string(keys);
    std::string out;
    for (std::size_t at = keys.find(kBegin); at != std::string_view::npos; at = keys.find(kBegin, at)) {
        at = keys.find('\n', at);
        const auto end = at == std::string_view::npos ? at : keys.find(kEnd, at);
        if (end == std::string_view::npos) return fail(bad_keys("its armour has no end"));
        auto block = decode_block(keys.substr(at + 1, end - at - 1));
        if (!block) return block;
        out += *block;
        at = end;
    }
    return out;
}

std::string keys_of(const Source& source, const std::string& root, std::vector<std::string>& refused) {
    std::string out;
    const auto add_keys = [&](const std::string& name, const Result<std::string>& bytes) {
        const auto keys = bytes ? binary_keys(*bytes) : bytes;
        if (keys)
            out += *keys;
        else if (keys.error().code != ENOENT)
            refused.push_back(fmt::format("keyring {}: {}", printable(name), keys.error().what));
    };
    if (!source.key.empty()) {
        add_keys("of the source", source.key);
        return out;
    }
    std::vector<std::string> files;
    for (const auto& file : source.keyrings) files.push_back(join_path(root, file.starts_with('/') ? file.substr(1) : file));
    for (const auto& file : files.empty() ? trusted_keyrings(root) : files) add_keys(file, read_file(file, kMaxKeyring));
    return out;
}

}  // namespace touchstone::dpkg
