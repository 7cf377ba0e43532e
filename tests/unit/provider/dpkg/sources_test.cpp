#include <catch2/catch.hpp>

#include "dpkg/keyring.hpp"
#include "dpkg/sources.hpp"
#include "support/scratch_directory.hpp"

#include <filesystem>

using namespace touchstone;
using namespace touchstone::dpkg;

TEST_CASE("sources: names of lists, as apt makes them") {
    CHECK(list_name("deb.debian.org/debian/dists/bookworm/") == "deb.debian.org_debian_dists_bookworm_");
    CHECK(list_name("/srv/my_repo/./") == "_srv_my%5frepo_._");
    CHECK(list_name("host:8080/a~b") == "host:8080_a%7eb");
}

TEST_CASE("sources: one-line entries") {
    const auto all = parse_sources_list(
        "# a comment\n"
        "deb http://user:secret@deb.debian.org/debian bookworm main contrib # and one more\n"
        "deb-src http://deb.debian.org/debian bookworm main\n"
        "\n"
        "deb [ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ] https://x.example/repo stable/\n"
        "deb [signed-by=0123456789012345678901234567890123456789!] file:/srv/repo ./\n");
    REQUIRE(all);
    REQUIRE(all->size() == 3);
    CHECK((*all)[0].lists == "deb.debian.org_debian_dists_bookworm_");
    CHECK((*all)[0].keyrings.empty());
    CHECK((*all)[1].lists == "x.example_repo_stable_");
    CHECK((*all)[1].keyrings == std::vector<std::string>{"/usr/share/keyrings/x.gpg"});
    CHECK((*all)[2].lists == "_srv_repo_._");
    CHECK((*all)[2].fingerprints == std::vector<std::string>{"0123456789012345678901234567890123456789"});
}

TEST_CASE("sources: what apt would refuse is refused with its line") {
    CHECK(parse_sources_list("\nrpm http://x y\n").error().what == "line 2: the type is neither deb nor deb-src");
    CHECK(parse_sources_list("deb http://x\n").error().what == "line 1: URI or suite is missing");
    CHECK(parse_sources_list("deb [ arch=amd64 http://x y z\n").error().what == "line 1: the options have no end");
}

TEST_CASE("sources: deb822") {
    const auto all = parse_deb822_sources(
        "Types: deb deb-src\nURIs: http://a.example/x/ http://b.example/x\nSuites: one two\nComponents: main\nSigned-By: /k.gpg, /l.gpg\n\n"
        "# comment\nTypes: deb\nURIs: http://c.example\nSuites: three\nEnabled: no\n\n"
        "Types: deb\nURIs: http://d.example\nSuites: four\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n AAAA\n -----END PGP PUBLIC KEY BLOCK-----\n");
    REQUIRE(all);
    REQUIRE(all->size() == 5);
    CHECK((*all)[0].lists == "a.example_x_dists_one_");
    CHECK((*all)[3].lists == "b.example_x_dists_two_");
    CHECK((*all)[3].keyrings == std::vector<std::string>{"/k.gpg", "/l.gpg"});
    CHECK((*all)[4].keyrings.empty());
    CHECK((*all)[4].key.find("BEGIN PGP") != std::string::npos);
    CHECK_FALSE(parse_deb822_sources("Types: deb\nSuites: x\n"));
}

TEST_CASE("sources: a file that is none is said, and the others are read") {
    const test::ScratchDirectory root;
    std::filesystem::create_directories(root / "etc/apt/sources.list.d");
    test::put_content(root / "etc/apt/sources.list", "nonsense\n");
    test::put_content(root / "etc/apt/sources.list.d/a.list", "deb http://a.example one main\n");
    test::put_content(root / "etc/apt/sources.list.d/b.sources", "Types: deb\nURIs: http://b.example\nSuites: two\n");
    test::put_content(root / "etc/apt/sources.list.d/c.disabled", "deb http://c.example three main\n");
    std::vector<std::string> refused;
    const auto all = read_sources(root.path(), refused);
    REQUIRE(all.size() == 2);
    CHECK(all[0].lists == "a.example_dists_one_");
    CHECK(all[1].lists == "b.example_dists_two_");
    REQUIRE(refused.size() == 1);
    CHECK(refused[0].find("sources.list: line 1") != std::string::npos);
}

TEST_CASE("keys: armour is taken off, with its headers and checksums") {
    const std::string block = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\naGVs\nbG8=\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n";
    CHECK(binary_keys(block).value() == "hello");
    CHECK(binary_keys(block + "\n" + block).value() == "hellohello");
    CHECK(binary_keys("\x99\x01raw").value() == "\x99\x01raw");
}

TEST_CASE("keys: damaged armour and keyboxes are refused") {
    CHECK_FALSE(binary_keys("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\naGVs"));
    CHECK_FALSE(binary_keys("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    CHECK_FALSE(binary_keys("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n????\n-----END PGP PUBLIC KEY BLOCK-----\n"));
    CHECK_FALSE(binary_keys(std::string("\0\0\0\x20\x01\x01\0\x02KBXf\0\0\0\0", 16)));
}

TEST_CASE("keys: a source's own keyring alone, below the root") {
    const test::ScratchDirectory root;
    std::filesystem::create_directories(root / "etc/apt/trusted.gpg.d");
    test::put_content(root / "etc/apt/trusted.gpg.d/a.gpg", "trusted");
    test::put_content(root / "mine.gpg", "mine");
    std::vector<std::string> refused;
    CHECK(keys_of({}, root.path(), refused) == "trusted");
    CHECK(keys_of({"", {"/mine.gpg"}, {}, ""}, root.path(), refused) == "mine");
    CHECK(keys_of({"", {"/none.gpg"}, {}, ""}, root.path(), refused).empty());
    CHECK(refused.empty());
}
