#include <catch2/catch.hpp>

#include "dpkg/release.hpp"
#include "dpkg/stanza.hpp"
#include "touchstone/bytes.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;

namespace {

std::vector<Stanza> stanzas_of(const std::string& text, std::vector<std::string> fields = {}) {
    std::vector<Stanza> all;
    const auto done = read_stanzas(text, [&](const Stanza& stanza) -> Status {
        all.push_back(stanza);
        return {};
    }, std::move(fields));
    REQUIRE(done);
    return all;
}

Status refused(const std::string& text) {
    return read_stanzas(text, [](const Stanza&) -> Status { return {}; });
}

}  // namespace

TEST_CASE("stanzas: fields, continuations, blank lines between") {
    const auto all = stanzas_of("Package: a\nConffiles:\n /etc/a 1\n /etc/b 2\n\n \t\npackage: b\n");
    REQUIRE(all.size() == 2);
    CHECK(all[0].value("Package") == "a");
    CHECK(all[0].value("conffiles") == "\n/etc/a 1\n/etc/b 2");
    CHECK(all[1].value("Package") == "b");
    CHECK(all[1].find("Version") == nullptr);
}

TEST_CASE("stanzas: only the fields asked for, and no continuation of others") {
    const auto all = stanzas_of("Package: a\nDescription: x\n more\nVersion: 1\n", {"Package", "Version"});
    REQUIRE(all.size() == 1);
    CHECK(all[0].value("Package") == "a");
    CHECK(all[0].value("Version") == "1");
    CHECK(all[0].find("Description") == nullptr);
}

TEST_CASE("stanzas: the same in whatever pieces it comes") {
    const std::string text = "Package: a\nConffiles:\n /etc/a 1\n\nPackage: b\nVersion: 2";
    for (std::size_t size = 1; size < text.size(); ++size) {
        std::string seen;
        StanzaReader reader([&](const Stanza& stanza) -> Status {
            seen += std::string(stanza.value("Package")) + std::string(stanza.value("Conffiles")) + std::string(stanza.value("Version")) + ";";
            return {};
        });
        for (std::size_t at = 0; at < text.size(); at += size) REQUIRE(reader.feed(std::string_view(text).substr(at, size)));
        REQUIRE(reader.finish());
        CHECK(seen == "a\n/etc/a 1;b2;");
    }
}

TEST_CASE("stanzas: what is none is refused with its line") {
    CHECK(refused("Package: a\nno field\n").error().what == "line 2: neither a field nor the continuation of one");
    CHECK(refused(" x\n").error().what == "line 1: a continuation of nothing");
    CHECK(refused("A: 1\na: 2\n").error().what == "line 2: a field is there twice");
    CHECK_FALSE(refused("A: " + std::string(StanzaReader::kMaxStanza, 'x')));
}

TEST_CASE("release: the indexes by SHA-256") {
    const auto release = parse_release("Origin: Test\nSuite: s\nCodename: c\nSHA256:\n " + std::string(64, 'a') + " 12 main/binary-amd64/Packages\n");
    REQUIRE(release);
    CHECK(release->name() == "Test c");
    const auto& index = release->indexes.at("main/binary-amd64/Packages");
    CHECK(index.size == 12);
    CHECK(to_hex(index.sha256) == std::string(64, 'a'));
}

TEST_CASE("release: damaged ones are refused") {
    const auto entry = [](const std::string& hash, const std::string& size) { return parse_release("SHA256:\n " + hash + " " + size + " x\n"); };
    CHECK_FALSE(parse_release(""));
    CHECK_FALSE(parse_release("Origin: x\n"));
    CHECK_FALSE(parse_release("MD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 0 x\n"));
    CHECK_FALSE(entry(std::string(63, 'a'), "1"));
    CHECK_FALSE(entry(std::string(64, 'g'), "1"));
    CHECK_FALSE(entry(std::string(64, 'a'), "-1"));
    CHECK_FALSE(entry(std::string(64, 'a'), ""));
    CHECK_FALSE(parse_release("SHA256:\n " + std::string(64, 'a') + " 1 x\n\nSHA256:\n"));
}
