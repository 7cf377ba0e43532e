// An approval's file: its text, and the line `signature KEY-ID HEX` over exactly the bytes before that line.
#include <fmt/format.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>

#include "approval/bounded_file.hpp"
#include "approval/openssl.hpp"
#include "approval/rules.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using approval::Bio;
using approval::Context;
using approval::Key;
using approval::refuse;

constexpr std::size_t kMaxKeyFile = 64 << 10;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::string_view kSignatureWord = "signature ";

bool is_ed25519(const Key& key) { return key && EVP_PKEY_is_a(key.get(), "ED25519") == 1; }

Bio over(const std::string& bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

std::string stem_of(const std::string& file) {
    std::string name(split_path(file).name);
    if (name.ends_with(".pem")) name.resize(name.size() - 4);
    return name;
}

struct Parts {
    std::string_view text;
    std::string_view key_id;
    std::string signature;  // raw
};

Result<Parts> parts_of(std::string_view file) {
    if (file.size() > kMaxApprovalBytes) return refuse("the approval is longer than 16 MiB");
    const auto last_line = file.size() < 2 ? std::string_view::npos : file.rfind('\n', file.size() - 2);
    const auto line = last_line == std::string_view::npos ? std::string_view{} : file.substr(last_line + 1);
    if (!line.starts_with(kSignatureWord)) return refuse("the approval is not signed");
    // "signature ", 64 digits of the key, a space, 128 digits, a newline: nothing else is a signature.
    constexpr std::size_t kKeyAt = kSignatureWord.size(), kAt = kKeyAt + 65;
    const auto hex = line.size() == kAt + 2 * kSignatureBytes + 1 ? line.substr(kAt, 2 * kSignatureBytes) : std::string_view{};
    if (!approval::is_lower_hex(hex, 2 * kSignatureBytes) || !approval::is_lower_hex(line.substr(kKeyAt, 64), 64) || line[kAt - 1] != ' ' ||
        line.back() != '\n')
        return refuse("the approval is malformed: its last line is not a signature");
    return Parts{file.substr(0, last_line + 1), line.substr(kKeyAt, 64), *from_hex(hex)};
}

}  // namespace

Result<ApproverKey> ApproverKey::load(const std::string& file) {
    if (auto fault = approval::fault_of_ed25519(); !fault.empty()) return refuse(std::move(fault));
    auto pem = approval::read_bounded(file, kMaxKeyFile);
    if (!pem) return fail(pem.error());
    const Bio bio = over(*pem);
    Key key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!key) return refuse(fmt::format("{}: no public key in PEM: {}", printable(file), approval::openssl_reason()));
    if (!is_ed25519(key)) return refuse(fmt::format("{}: a public key, but not of Ed25519", printable(file)));
    ApproverKey loaded;
    loaded.id_ = approval::id_of(key.get());
    loaded.name_ = stem_of(file);
    if (loaded.id_.empty()) return refuse(fmt::format("{}: {}", printable(file), approval::openssl_reason()));
    loaded.key_ = std::shared_ptr<void>(key.release(), [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); });
    return loaded;
}

Result<std::vector<ApproverKey>> ApproverKey::load_all(const std::vector<std::string>& files) {
    std::vector<ApproverKey> keys;
    for (const auto& file : files) {
        auto key = load(file);
        if (!key) return fail(key.error());
        keys.push_back(std::move(*key));
    }
    return keys;
}

bool ApproverKey::verifies(std::string_view bytes, std::string_view signature) const {
    const Context context(EVP_MD_CTX_new());
    auto* key = static_cast<EVP_PKEY*>(key_.get());
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const bool good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(), data, bytes.size()) == 1;
    if (!good) approval::openssl_reason();
    return good;
}

Result<std::string> claimed_signer(std::string_view file) {
    const auto parts = parts_of(file);
    if (!parts) return fail(parts.error());
    return std::string(parts->key_id);
}

Result<SignedApproval> verify_approval(std::string_view file, const std::vector<ApproverKey>& keys) {
    const auto parts = parts_of(file);
    if (!parts) return fail(parts.error());
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.id() == parts->key_id; });
    if (key == keys.end()) return refuse(fmt::format("the approval is signed by the key {}, which is not among the [approvals] keys", parts->key_id));
    if (!key->verifies(parts->text, parts->signature))
        return refuse(fmt::format("the signature is not that of the key {}: altered since, or forged", parts->key_id));
    auto approval = parse_approval(parts->text);
    if (!approval) return fail(approval.error());
    return SignedApproval{std::move(*approval), key->id(), key->name()};
}

Result<std::string> sign_approval(const Approval& approval, const std::string& private_key_file) {
    if (auto fault = approval::fault_of_ed25519(); !fault.empty()) return refuse(std::move(fault));
    auto text = approval_text(approval);
    if (!text) return text;
    auto pem = approval::read_bounded(private_key_file, kMaxKeyFile);
    if (!pem) return fail(pem.error());
    const Bio bio = over(*pem);
    const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    OPENSSL_cleanse(pem->data(), pem->size());
    if (!key)
        return refuse(fmt::format("{}: no private key in PEM, or not the passphrase: {}", printable(private_key_file), approval::openssl_reason()));
    if (!is_ed25519(key)) return refuse(fmt::format("{}: a private key, but not of Ed25519", printable(private_key_file)));
    const Context context(EVP_MD_CTX_new());
    std::array<unsigned char, kSignatureBytes> raw{};
    std::size_t size = raw.size();
    const auto* data = reinterpret_cast<const unsigned char*>(text->data());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), raw.data(), &size, data, text->size()) != 1 || size != raw.size())
        return refuse(fmt::format("sign with {}: {}", printable(private_key_file), approval::openssl_reason()));
    return fmt::format("{}{}{} {}\n", *text, kSignatureWord, approval::id_of(key.get()), to_hex({reinterpret_cast<const char*>(raw.data()), size}));
}

}  // namespace touchstone
