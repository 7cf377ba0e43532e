#include "dpkg/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "dpkg/files.hpp"
#include "dpkg/stanza.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxSources = 10'000;  // (URI, suite) pairs
constexpr std::size_t kMaxFile = 4 << 20;

Error refusal(std::string why) { return Error{std::move(why), ErrorKind::bad_input, 0}; }

std::string without_scheme_and_user(std::string_view uri) {
    const auto colon = uri.find(':');
    if (colon != std::string_view::npos && uri.find('/') > colon) uri.remove_prefix(colon + 1);
    if (!uri.starts_with("//")) return std::string(uri);
    uri.remove_prefix(2);
    const auto host_end = std::min(uri.find('/'), uri.size());
    const auto user_end = uri.substr(0, host_end).rfind('@');
    if (user_end != std::string_view::npos) uri.remove_prefix(user_end + 1);
    return std::string(uri);
}

std::string directory_of_release(std::string uri, const std::string& suite) {
    if (!uri.ends_with('/')) uri += '/';
    if (suite == "/") return uri;
    return suite.ends_with('/') ? uri + suite : uri + "dists/" + suite + "/";
}

bool is_fingerprint(const std::string& word) {
    const std::string bare = word.ends_with('!') ? word.substr(0, word.size() - 1) : word;
    return bare.size() >= 40 && std::all_of(bare.begin(), bare.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

void add_signed_by(Source& source, std::string_view value) {
    if (value.find("-----BEGIN PGP") != std::string_view::npos) {
        source.key = value;
        return;
    }
    std::string separated(value);
    std::replace(separated.begin(), separated.end(), ',', ' ');
    for (auto& word : words_of(separated)) {
        if (!is_fingerprint(word)) {
            source.keyrings.push_back(word);
            continue;
        }
        if (word.ends_with('!')) word.pop_back();
        std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
        source.fingerprints.push_back(word);
    }
}

Status add(std::vector<Source>& sources, const std::vector<std::string>& uris, const std::vector<std::string>& suites, const Source& keys) {
    for (const auto& uri : uris)
        for (const auto& suite : suites) {
            if (sources.size() == kMaxSources) return fail(refusal("there are too many sources"));
            auto& source = sources.emplace_back(keys);
            source.lists = list_name(directory_of_release(without_scheme_and_user(uri), suite));
        }
    return {};
}

// "deb [signed-by=FILE arch=amd64] URI SUITE COMPONENT..."
Status parse_line(std::string_view line, std::vector<Source>& sources) {
    auto words = words_of(line.substr(0, line.find('#')));
    if (words.empty() || words[0] == "deb-src") return {};
    if (words[0] != "deb") return fail(refusal("the type is neither deb nor deb-src"));
    Source keys;
    std::size_t at = 1;
    if (at < words.size() && words[at].starts_with('[')) {
        words[at].erase(0, 1);
        for (bool last = false; !last; ++at) {
            if (at == words.size()) return fail(refusal("the options have no end"));
            last = words[at].ends_with(']');
            if (last) words[at].pop_back();
            constexpr std::string_view kSignedBy = "signed-by=";
            if (words[at].starts_with(kSignedBy)) add_signed_by(keys, std::string_view(words[at]).substr(kSignedBy.size()));
        }
    }
    if (words.size() < at + 2) return fail(refusal("URI or suite is missing"));
    return add(sources, {words[at]}, {words[at + 1]}, keys);
}

bool is_no(std::string_view value) { return value == "no" || value == "false" || value == "without" || value == "off" || value == "disable" || value == "0"; }

}  // namespace

std::string list_name(std::string_view uri) {
    constexpr std::string_view kQuoted = "\\|{}[]<>\"^~_=!@#$%^&*";
    std::string out;
    for (const char c : uri) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '/')
            out += '_';
        else if (byte <= 0x20 || byte >= 0x7f || kQuoted.find(c) != std::string_view::npos)
            out += fmt::format("%{:02x}", byte);
        else
            out += c;
    }
    return out;
}

Result<std::vector<Source>> parse_sources_list(std::string_view text) {
    std::vector<Source> sources;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        ++number;
        if (auto done = parse_line(text.substr(0, end), sources); !done) return fail(refusal(fmt::format("line {}: {}", number, done.error().what)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return sources;
}

Result<std::vector<Source>> parse_deb822_sources(std::string_view text) {
    std::vector<Source> sources;
    const auto take = [&](const Stanza& stanza) -> Status {
        const auto types = words_of(stanza.value("Types"));
        if (std::find(types.begin(), types.end(), "deb") == types.end() || is_no(stanza.value("Enabled"))) return {};
        Source keys;
        add_signed_by(keys, stanza.value("Signed-By"));
        const auto uris = words_of(stanza.value("URIs"));
        const auto suites = words_of(stanza.value("Suites"));
        if (uris.empty() || suites.empty()) return fail(refusal("URIs or Suites is missing"));
        return add(sources, uris, suites, keys);
    };
    if (auto done = read_stanzas(text, take, {}, true); !done) return fail(done.error());
    return sources;
}

std::vector<Source> read_sources(const std::string& root, std::vector<std::string>& refused) {
    std::vector<Source> all;
    const auto take = [&](const std::string& file) {
        const auto text = read_file(file, kMaxFile);
        if (!text && text.error().code == ENOENT) return;
        const auto parsed = !text ? Result<std::vector<Source>>(fail(text.error()))
                            : file.ends_with(".sources") ? parse_deb822_sources(*text) : parse_sources_list(*text);
        if (parsed)
            all.insert(all.end(), parsed->begin(), parsed->end());
        else
            refused.push_back(fmt::format("{}: {}", printable(file), parsed.error().what));
    };
    take(join_path(root, "etc/apt/sources.list"));
    const auto directory = join_path(root, "etc/apt/sources.list.d");
    const auto names = names_in(directory);
    if (names)
        for (const auto& name : *names)
            if (name.ends_with(".list") || name.ends_with(".sources")) take(join_path(directory, name));
    return all;
}

}  // namespace touchstone::dpkg
