#include "dpkg/release.hpp"

#include <charconv>

#include "dpkg/stanza.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

Status refuse(const char* why) { return fail(Error{why, ErrorKind::bad_input, 0}); }

// " HASH SIZE PATH", one a line.
Status parse_indexes(std::string_view field, Release& release) {
    const auto words = words_of(field);
    if (words.size() % 3 != 0) return refuse("its list of SHA-256 is cut");
    for (std::size_t at = 0; at < words.size(); at += 3) {
        auto sha256 = from_hex(words[at]);
        std::uint64_t size = 0;
        const auto& number = words[at + 1];
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), size);
        if (!sha256 || sha256->size() != 32 || error != std::errc{} || end != number.data() + number.size())
            return refuse("an entry of its list of SHA-256 is none");
        release.indexes.insert_or_assign(words[at + 2], Release::Index{std::move(*sha256), size});
    }
    return {};
}

}  // namespace

Result<Release> parse_release(std::string_view text) {
    Release release;
    std::size_t stanzas = 0;
    const auto take = [&](const Stanza& stanza) -> Status {
        if (++stanzas > 1) return refuse("it has a second stanza");
        release.origin = stanza.value("Origin");
        release.codename = stanza.find("Codename") ? stanza.value("Codename") : stanza.value("Suite");
        return parse_indexes(stanza.value("SHA256"), release);
    };
    if (auto done = read_stanzas(text, take, {"Origin", "Suite", "Codename", "SHA256"}); !done) return fail(done.error());
    if (stanzas == 0) return fail(Error{"it is empty", ErrorKind::bad_input, 0});
    if (release.indexes.empty()) return fail(Error{"it lists nothing by SHA-256", ErrorKind::bad_input, 0});
    return release;
}

}  // namespace touchstone::dpkg
