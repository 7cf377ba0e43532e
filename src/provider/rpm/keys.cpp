#include "keys.hpp"

#include <fmt/format.h>
#include <rpm/rpmbase64.h>
#include <rpm/rpmcrypto.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmpgp.h>

#include <algorithm>
#include <cstdlib>

#include "touchstone/bytes.hpp"

namespace touchstone::rpm {
namespace {

constexpr std::size_t kKeyId = 8;

struct Malloced {
    void operator()(void* memory) const { std::free(memory); }
};

std::string id_of(pgpDigParams params) {
    const auto* id = params != nullptr ? pgpDigParamsSignID(params) : nullptr;
    return id != nullptr ? std::string(reinterpret_cast<const char*>(id), kKeyId) : std::string();
}

std::string fingerprint_of(const unsigned char* packet, std::size_t length) {
    std::uint8_t* raw = nullptr;
    std::size_t size = 0;
    if (pgpPubkeyFingerprint(packet, length, &raw, &size) != 0) return {};
    const std::unique_ptr<std::uint8_t, Malloced> owned(raw);
    return to_hex({reinterpret_cast<const char*>(raw), size});
}

bool is_sound(unsigned int hash) { return hash == RPM_HASH_SHA256 || hash == RPM_HASH_SHA384 || hash == RPM_HASH_SHA512; }

bool verifies(rpmPubkey key, pgpDigParams signature, unsigned int hash, std::string_view region) {
    DIGEST_CTX digest = rpmDigestInit(static_cast<int>(hash), RPMDIGEST_NONE);
    if (digest == nullptr) return false;
    rpmDigestUpdate(digest, rpm_header_magic, sizeof rpm_header_magic);
    rpmDigestUpdate(digest, region.data(), region.size());
    const auto verdict = pgpVerifySignature(rpmPubkeyPgpDigParams(key), signature, digest);
    rpmDigestFinal(digest, nullptr, nullptr, 0);
    return verdict == RPMRC_OK;
}

}  // namespace

void Keys::add(Header pubkey) {
    Tag summary(pubkey, RPMTAG_SUMMARY), encoded(pubkey, RPMTAG_PUBKEYS);
    const char* name = summary.next_string();
    while (const char* text = encoded.next_string()) {
        void* raw = nullptr;
        std::size_t length = 0;
        if (rpmBase64Decode(text, &raw, &length) != 0) continue;
        const std::unique_ptr<void, Malloced> packet(raw);
        Owned<rpmPubkey> key(rpmPubkeyNew(static_cast<unsigned char*>(raw), length));
        if (!key) continue;
        const auto shown = fmt::format("{} ({})", fingerprint_of(static_cast<unsigned char*>(raw), length), printable(name != nullptr ? name : "no name"));
        int subkeys = 0;
        const std::unique_ptr<rpmPubkey, Malloced> subkey(rpmGetSubkeys(key.get(), &subkeys));
        for (int i = 0; i < subkeys; ++i) keys_.push_back({id_of(rpmPubkeyPgpDigParams(subkey.get()[i])), shown, Owned<rpmPubkey>(subkey.get()[i])});
        keys_.push_back({id_of(rpmPubkeyPgpDigParams(key.get())), shown, std::move(key)});
    }
}

std::string Keys::signer_of(Header header) const {
    const Tag region(header, RPMTAG_HEADERIMMUTABLE);
    if (region.bytes().empty()) return {};
    for (const auto tag : {RPMTAG_RSAHEADER, RPMTAG_DSAHEADER}) {
        const Tag bytes(header, tag);
        const auto packet = bytes.bytes();
        pgpDigParams parsed = nullptr;
        if (packet.empty() || pgpPrtParams(reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size(), PGPTAG_SIGNATURE, &parsed) != 0) continue;
        const Owned<pgpDigParams> signature(parsed);
        const auto hash = pgpDigParamsAlgo(parsed, PGPVAL_HASHALGO);
        const auto id = id_of(parsed);
        for (const auto& key : keys_)
            if (is_sound(hash) && !id.empty() && key.id == id && verifies(key.key.get(), parsed, hash, region.bytes())) return key.shown;
    }
    return {};
}

bool Keys::operator==(const Keys& other) const {
    return std::equal(keys_.begin(), keys_.end(), other.keys_.begin(), other.keys_.end(),
                      [](const Key& a, const Key& b) { return a.id == b.id && a.shown == b.shown && pgpDigParamsCmp(rpmPubkeyPgpDigParams(a.key.get()), rpmPubkeyPgpDigParams(b.key.get())) == 0; });
}

}  // namespace touchstone::rpm
