#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "approval/ground.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/manifest.hpp"

using namespace touchstone;
using namespace touchstone::test;
using Catch::Matchers::Contains;
using Kind = ApprovedState::Kind;

namespace {

std::string hex(const std::string& content) { return to_hex(sha256(content)); }

std::string refusal(const Result<Listing>& listing) { return listing ? "taken" : listing.error().what; }

}  // namespace

TEST_CASE("lines of sha256sum, with its escapes and binary mark, and of its greater siblings") {
    const std::string sha512(128, 'a');
    const auto listing = parse_manifest(hex("a") + "  /etc/a\n" + hex("b") + " *./sub/b c\n" + "\\" + hex("d") + "  x\\ny\\\\z\\r\n" + sha512 + "  /etc/a\n", "/srv");
    REQUIRE(listing);
    REQUIRE(listing->size() == 3);
    CHECK(listing->at("/etc/a").digests.at(DigestAlgorithm::sha256) == sha256("a"));
    CHECK(listing->at("/etc/a").digests.at(DigestAlgorithm::sha512) == std::string(64, '\xaa'));
    CHECK(listing->at("/srv/sub/b c") == file_of("b"));
    CHECK(listing->at("/srv/x\ny\\z\r") == file_of("d"));
}

TEST_CASE("sums that are malformed are refused with the number of the line") {
    const auto good = hex("a") + "  /a\n";
    for (const std::string& bad : {std::string("nonsense\n"), hex("a").substr(1) + "  /b\n", hex("a") + " /b\n", hex("a") + "\t/b\n", std::string(64, 'g') + "  /b\n",
                                   "\\" + hex("a") + "  /b\\x\n", "\\" + hex("a") + "  /b\\\n", std::string(32, 'a') + "  /md5\n"})
        CHECK_THAT(refusal(parse_sums(good + bad, "")), Contains("line 2 is not one of sha256sum"));
    CHECK_THAT(refusal(parse_sums(good + good, "")), Contains("line 2: /a is listed twice"));
    CHECK_THAT(refusal(parse_sums(hex("a") + "  b\n", "")), Contains("line 1") && Contains("--root"));
    CHECK_THAT(refusal(parse_sums(hex("a") + "  ../b\n", "/srv")), Contains("escapes by `..`"));
    CHECK_THAT(refusal(parse_sums(hex("a") + "  /srv/../b\n", "/")), Contains("escapes by `..`"));
    CHECK_THAT(refusal(parse_manifest("", "/")), Contains("empty"));
}

TEST_CASE("mtree, version 1: names within directories, presets, continuations") {
    const auto listing = parse_manifest("#mtree\n# a comment \\\n/set type=file uid=0 gid=0 mode=0644 nlink=1\n. type=dir mode=0755\n"
                                        "    a\\040b size=1 \\\n        sha256digest=" + hex("a") + " time=1.0\n"
                                        "# ./sub\nsub type=dir mode=0750\n    x mode=0600 uid=7 sha256=" + hex("x") + "\n    l type=link mode=0777 link=../a\\040b\n"
                                        "# ./sub\n..\n/unset uid mode\nz sha256=" + hex("z") + "\n..\n", "/srv");
    INFO(refusal(listing));
    REQUIRE(listing);
    REQUIRE(listing->size() == 5);
    auto a = file_of("a");
    a.mode = 0644, a.uid = 0, a.gid = 0;
    CHECK(listing->at("/srv/a b") == a);
    CHECK(listing->at("/srv/sub").kind == Kind::directory);
    CHECK(listing->at("/srv/sub").mode == 0750u);
    CHECK(listing->at("/srv/sub/x").uid == 7u);
    CHECK(listing->at("/srv/sub/l").link_target == "../a b");
    CHECK_FALSE(listing->at("/srv/z").mode);
    CHECK_FALSE(listing->at("/srv/z").uid);
    CHECK(listing->at("/srv/z").gid == 0u);
}

TEST_CASE("mtree, version 2: whole paths") {
    const auto listing = parse_manifest("./etc type=dir mode=0755\n./etc/a type=file sha512=" + std::string(128, 'b') + " sha256=" + hex("a") + "\n", "/");
    REQUIRE(listing);
    CHECK(listing->at("/etc/a").digests.size() == 2);
    CHECK(listing->at("/etc").kind == Kind::directory);
}

TEST_CASE("mtree that is malformed is refused with the number of the line") {
    const auto why = [](const std::string& line) { return refusal(parse_mtree("#mtree\n" + line + "\n", "/")); };
    CHECK_THAT(why("a type=file"), Contains("line 2") && Contains("no SHA-2 digest"));
    CHECK_THAT(why("a sha256=" + hex("a")), Contains("there is no type"));
    CHECK_THAT(why("a type=char"), Contains("cannot be approved"));
    CHECK_THAT(why("a type=file mode=u+x sha256=" + hex("a")), Contains("not an octal number"));
    CHECK_THAT(why("a type=file mode=100000 sha256=" + hex("a")), Contains("not an octal number"));
    CHECK_THAT(why("a type=file uid=root sha256=" + hex("a")), Contains("uid"));
    CHECK_THAT(why("a type=file sha256=12"), Contains("not a digest"));
    CHECK_THAT(why("a type=file sha256=" + hex("a") + " sha256digest=" + hex("b")), Contains("says otherwise"));
    CHECK_THAT(why("a type=file sha256=" + hex("a") + " acl=x"), Contains("unknown keyword acl"));
    CHECK_THAT(why("a\\9 type=dir"), Contains("vis"));
    CHECK_THAT(why(".."), Contains("leads out"));
    CHECK_THAT(why("./../etc type=dir"), Contains("escapes by `..`"));
    CHECK_THAT(why("\\056\\056/x type=dir"), Contains("escapes by `..`"));
    CHECK_THAT(why("./a type=dir\n./a type=dir"), Contains("line 3") && Contains("twice"));
    CHECK_THAT(refusal(parse_mtree("./a type=dir\n", "")), Contains("--root"));
}

TEST_CASE("a directory is listed with modes and without owners") {
    const ScratchDirectory directory;
    ::mkdir((directory / "sub").c_str(), 0700);
    put_content(directory / "sub/file", "a");
    ::chmod((directory / "sub/file").c_str(), 0640);
    REQUIRE(::symlink("nowhere", (directory / "link").c_str()) == 0);
    const auto listing = list_directory(directory.path(), "/srv", {DigestAlgorithm::sha256, DigestAlgorithm::sha3_256});
    INFO(refusal(listing));
    REQUIRE(listing);
    REQUIRE(listing->size() == 3);
    const auto& file = listing->at("/srv/sub/file");
    CHECK(file.digests.at(DigestAlgorithm::sha256) == sha256("a"));
    CHECK(file.digests.at(DigestAlgorithm::sha3_256).size() == 32);
    CHECK(file.mode == 0640u);
    CHECK_FALSE(file.uid);
    CHECK(listing->at("/srv/sub").mode == 0700u);
    CHECK(listing->at("/srv/link").link_target == "nowhere");
    CHECK_FALSE(listing->at("/srv/link").mode);
    REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
    CHECK_THAT(refusal(list_directory(directory.path(), "/", {DigestAlgorithm::sha256})), Contains("fifo cannot be approved"));
    CHECK(list_directory(directory / "none", "/", {DigestAlgorithm::sha256}).error().code == ENOENT);
}

TEST_CASE("what is the same before and after is left out, and removals are only taken when asked for") {
    const Listing before{{"/a", file_of("1")}, {"/b", file_of("1")}, {"/c", file_of("1")}};
    auto b = file_of("1");
    b.mode = 0600;  // before says nothing of it
    const Listing after{{"/a", file_of("2")}, {"/b", b}, {"/d", file_of("1")}};
    std::size_t unchanged = 0;
    CHECK(changes_between(before, after, false, unchanged) == std::vector<ApprovedChange>{{"/a", file_of("1"), file_of("2")}, {"/d", {}, file_of("1")}});
    CHECK(unchanged == 1);
    const auto changes = changes_between(before, after, true, unchanged);
    REQUIRE(changes.size() == 3);
    CHECK(changes[1] == ApprovedChange{"/c", file_of("1"), {}});
    auto was = file_of("1");
    was.mode = 0644;
    CHECK(changes_between({{"/b", was}}, {{"/b", b}}, false, unchanged) == std::vector<ApprovedChange>{{"/b", file_of("1"), b}});
    // No digest in common: nothing shows that it is the same.
    ApprovedState other = file_of("1");
    other.digests = {{DigestAlgorithm::sha512, std::string(64, 'x')}};
    CHECK(changes_between({{"/b", other}}, {{"/b", file_of("1")}}, false, unchanged).size() == 1);
}
