// The lines "[GNUPG:] KEYWORD ..." (doc/DETAILS of GnuPG). Only those that are known to mean good are good.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dpkg/signature.hpp"
#include "dpkg/stanza.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::array<std::string_view, 4> kStrongHashes{"8", "9", "10", "11"};  // SHA-256, 384, 512, 224 (RFC 4880); never MD5, SHA-1, RIPEMD-160

struct Meaning {
    std::string_view keyword, says;
};
constexpr std::array<Meaning, 5> kNotGood{{{"EXPSIG", "the signature has expired"},
                                           {"EXPKEYSIG", "the key has expired"},
                                           {"REVKEYSIG", "the key was revoked"},
                                           {"NO_PUBKEY", "the key is not among the trusted ones"},
                                           {"ERRSIG", "the signature cannot be checked"}}};
constexpr std::array<std::string_view, 4> kFatal{"NODATA", "UNEXPECTED", "FAILURE", "ERROR"};

// VALIDSIG fields: fingerprint, date, time, expiry, version, reserved, key algorithm, hash algorithm, class, fingerprint of the primary key.
class StatusReader {
public:
    explicit StatusReader(const std::vector<std::string>& fingerprints) : fingerprints_(fingerprints) {}

    void line(std::string_view text) {
        constexpr std::string_view kPrefix = "[GNUPG:] ";
        if (!text.starts_with(kPrefix)) return;
        const auto words = words_of(text.substr(kPrefix.size()));
        if (words.empty()) return;
        const auto& keyword = words[0];
        if (keyword == "NEWSIG") good_ = false;
        if (keyword == "PLAINTEXT" && ++texts_ > 1) spoilt_ = "it holds more than one text";
        if (keyword == "BADSIG") spoilt_ = "the text is not what was signed";
        if (std::find(kFatal.begin(), kFatal.end(), keyword) != kFatal.end()) spoilt_ = "no signature that gpgv understands";
        for (const auto& [word, says] : kNotGood)
            if (keyword == word) note(says, words);
        if (keyword == "GOODSIG") good(words);
        if (keyword == "VALIDSIG" && std::exchange(good_, false)) valid(words);
    }

    Result<std::vector<std::string>> result() const {
        if (!spoilt_.empty()) return fail(Error{spoilt_, ErrorKind::bad_input, 0});
        if (!signers_.empty()) return signers_;
        return fail(Error{why_.empty() ? "it is not signed" : why_, ErrorKind::bad_input, 0});
    }

private:
    void note(std::string_view says, const std::vector<std::string>& words) {
        if (!why_.empty() && words[0] == "ERRSIG") return;
        why_ = fmt::format("{}{}", says, words.size() > 1 ? " (" + words[1] + ")" : "");
    }
    void good(const std::vector<std::string>& words) {
        good_ = true;
        name_.clear();
        for (std::size_t at = 2; at < words.size(); ++at) name_ += " " + words[at];
    }
    void valid(const std::vector<std::string>& words) {
        if (words.size() < 11) return;
        if (std::find(kStrongHashes.begin(), kStrongHashes.end(), words[8]) == kStrongHashes.end()) {
            why_ = "the signature is by a weak digest";
            return;
        }
        const auto named = [&](const std::string& print) { return std::find(fingerprints_.begin(), fingerprints_.end(), print) != fingerprints_.end(); };
        if (!fingerprints_.empty() && !named(words[1]) && !named(words[10])) {
            why_ = "the key is not the one that the source names (" + words[10] + ")";
            return;
        }
        signers_.push_back(words[10] + name_);
    }

    const std::vector<std::string>& fingerprints_;
    std::vector<std::string> signers_;
    std::string name_, why_, spoilt_;
    bool good_ = false;
    int texts_ = 0;
};

}  // namespace

Result<std::vector<std::string>> read_gpgv_status(std::string_view status, const std::vector<std::string>& fingerprints) {
    StatusReader reader(fingerprints);
    while (!status.empty()) {
        const auto end = std::min(status.find('\n'), status.size());
        reader.line(status.substr(0, end));
        status.remove_prefix(std::min(end + 1, status.size()));
    }
    return reader.result();
}

}  // namespace touchstone::dpkg
