// mtree(5), versions 1 and 2. Read here and not through libarchive, which does not tell a mode or owner that is 0 from one that is not given, and
// passes over what it does not understand: an approval must say neither more nor less than its manifest.
#include <fmt/format.h>

#include <algorithm>

#include <array>
#include <charconv>
#include <map>

#include "approval/rules.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/manifest.hpp"

namespace touchstone {
namespace {

using approval::refuse;
using Kind = ApprovedState::Kind;
using Keywords = std::map<std::string, std::string, std::less<>>;

// What says nothing of what is judged, or what other keywords say better.
constexpr std::array kPassedOver{"size",  "time",       "nlink",    "flags",        "cksum",           "md5",      "md5digest",
                                 "sha1",  "sha1digest", "rmd160",   "rmd160digest", "ripemd160digest", "inode",    "device",
                                 "uname", "gname",      "contents", "tags",         "optional",        "nochange", "resdevice"};

struct DigestWord {
    std::string_view word;
    DigestAlgorithm algorithm;
};
constexpr std::array kDigestWords{DigestWord{"sha256", DigestAlgorithm::sha256},       DigestWord{"sha256digest", DigestAlgorithm::sha256},
                                  DigestWord{"sha384", DigestAlgorithm::sha384},       DigestWord{"sha384digest", DigestAlgorithm::sha384},
                                  DigestWord{"sha512", DigestAlgorithm::sha512},       DigestWord{"sha512digest", DigestAlgorithm::sha512}};

// vis(3): \ and three octal digits, or the escapes of C that vis writes.
std::optional<std::string> unvis(std::string_view text) {
    constexpr std::string_view kLetters = "sntrabfv\\0#=", kMeanings{" \n\t\r\a\b\f\v\\\0#=", 12};
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            out += text[at];
            continue;
        }
        const auto rest = text.substr(at + 1);
        unsigned value = 0;
        const bool octal = rest.size() >= 3 && rest.substr(0, 3).find_first_not_of("01234567") == std::string_view::npos;
        if (octal) {
            std::from_chars(rest.data(), rest.data() + 3, value, 8);
            if (value > 255) return std::nullopt;
            out += static_cast<char>(value);
            at += 3;
            continue;
        }
        const auto letter = rest.empty() ? std::string_view::npos : kLetters.find(rest.front());
        if (letter == std::string_view::npos) return std::nullopt;
        out += kMeanings[letter];
        ++at;
    }
    return out;
}

std::optional<std::uint32_t> digits(std::string_view text, int base) {
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

bool set_kind(std::string_view word, ApprovedState& state) {
    if (word == "file") state.kind = Kind::file;
    if (word == "dir") state.kind = Kind::directory;
    if (word == "link") state.kind = Kind::symlink;
    return state.kind != Kind::absent;
}

// "" when it was taken, else what is wrong.
std::string take(std::string_view key, const std::string& value, ApprovedState& state) {
    if (key == "type") return set_kind(value, state) ? "" : fmt::format("type={} cannot be approved", printable(value));
    if (key == "mode") return (state.mode = digits(value, 8)) && *state.mode <= 07777 ? "" : "mode is not an octal number";
    if (key == "uid") return (state.uid = digits(value, 10)) ? "" : "uid is not a number";
    if (key == "gid") return (state.gid = digits(value, 10)) ? "" : "gid is not a number";
    if (key == "link") {
        auto target = unvis(value);
        if (target) state.link_target = std::move(*target);
        return target ? "" : "link is not encoded as vis does";
    }
    for (const auto& [word, algorithm] : kDigestWords) {
        if (key != word) continue;
        auto raw = from_hex(value);
        if (!raw || raw->size() != digest_size(algorithm)) return fmt::format("{} is not a digest", key);
        const auto [at, first] = state.digests.emplace(algorithm, *raw);
        return first || at->second == *raw ? "" : fmt::format("{} says otherwise than before", key);
    }
    return std::find(kPassedOver.begin(), kPassedOver.end(), key) != kPassedOver.end() ? "" : fmt::format("unknown keyword {}", printable(key));
}

class MtreeReader {
public:
    explicit MtreeReader(const std::string& root) : root_(root) {}

    // One line, continuations joined. "" or what is wrong with it.
    std::string line(std::string_view line) {
        auto words = split(line);
        if (words.empty() || words.front().starts_with('#')) return "";
        if (words.front() == "/set" || words.front() == "/unset") return preset(words);
        if (words.front() == "..") return leave();
        return entry(words);
    }

    Listing listing;

private:
    static std::vector<std::string_view> split(std::string_view line) {
        std::vector<std::string_view> words;
        for (std::size_t at = line.find_first_not_of(" \t\r"); at != std::string_view::npos; at = line.find_first_not_of(" \t\r", at)) {
            const auto end = std::min(line.find_first_of(" \t\r", at), line.size());
            words.push_back(line.substr(at, end - at));
            at = end;
        }
        return words;
    }

    static void put(Keywords& keywords, std::string_view word) {
        const auto equals = std::min(word.find('='), word.size());
        keywords.insert_or_assign(std::string(word.substr(0, equals)), std::string(word.substr(std::min(equals + 1, word.size()))));
    }

    std::string preset(const std::vector<std::string_view>& words) {
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words.front() == "/set") {
                put(set_, words[i]);
            } else if (words[i] == "all") {
                set_.clear();
            } else if (const auto at = set_.find(words[i]); at != set_.end()) {
                set_.erase(at);
            }
        }
        return "";
    }

    std::string leave() {
        if (inside_.empty()) return "`..` leads out of the tree";
        inside_.pop_back();
        return "";
    }

    std::string entry(const std::vector<std::string_view>& words) {
        auto name = unvis(words.front());
        if (!name) return "the name is not encoded as vis does";
        Keywords keywords = set_;
        for (std::size_t i = 1; i < words.size(); ++i) put(keywords, words[i]);
        ApprovedState state;
        if (!keywords.contains("type")) return "there is no type";
        for (const auto& [key, value] : keywords)
            if (auto fault = take(key, value, state); !fault.empty()) return fault;
        // A name with a slash is a whole path and is not entered; any other is below where we are, and a directory is.
        const bool whole = name->find('/') != std::string::npos;
        if (!whole && state.kind == Kind::directory) inside_.push_back(*name);
        return add(whole ? *name : joined(*name, state.kind == Kind::directory), std::move(state));
    }

    std::string joined(const std::string& name, bool entered) const {
        std::string out;
        for (std::size_t i = 0; i + (entered ? 1 : 0) < inside_.size(); ++i) out += inside_[i] + "/";
        return out + name;
    }

    // The top itself is where the rest is put; it is no part of it.
    std::string add(std::string_view name, ApprovedState state) {
        while (name.starts_with("./")) name.remove_prefix(2);
        if (name == "." || name.empty()) return "";
        if (state.kind == Kind::file && state.digests.empty()) return "there is no SHA-2 digest of it (mtree -K sha256digest)";
        const auto path = place(root_, name);
        if (!path) return path.error().what;
        return listing.emplace(*path, std::move(state)).second ? "" : fmt::format("{} is listed twice", printable(*path));
    }

    const std::string& root_;
    Keywords set_;
    std::vector<std::string> inside_;
};

}  // namespace

Result<Listing> parse_mtree(std::string_view text, const std::string& root) {
    MtreeReader reader(root);
    std::string whole;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        whole += text.substr(at, end - at);
        at = end + 1;
        ++number;
        const bool comment = whole.starts_with('#');
        if (!comment && whole.ends_with('\\')) {
            whole.back() = ' ';
            if (at < text.size()) continue;
        }
        if (auto fault = reader.line(whole); !fault.empty()) return refuse(fmt::format("line {}: {}", number, fault));
        whole.clear();
    }
    return std::move(reader.listing);
}

}  // namespace touchstone
