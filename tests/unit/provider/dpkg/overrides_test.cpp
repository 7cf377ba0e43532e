#include <catch2/catch.hpp>

#include <filesystem>

#include "dpkg/overrides.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;

TEST_CASE("diversions: where a package's file lands") {
    const test::ScratchDirectory root;
    std::filesystem::create_directories(root / "var/lib/dpkg");
    std::filesystem::create_directories(root / "usr/bin");
    std::filesystem::create_symlink("usr/bin", root / "bin");
    test::put_content(root / "var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:\n");
    test::put_content(root / "var/lib/dpkg/statoverride", "root #4 4710 /bin/x\nnobody-there root 755 /usr/bin/y\n");
    std::filesystem::create_directories(root / "etc");
    test::put_content(root / "etc/passwd", "root:x:0:0:::\n");
    test::put_content(root / "etc/group", "root:x:0:\n");
    Overrides overrides(root.path());
    REQUIRE(overrides.read());
    CHECK(overrides.landing("/bin/sh", "dash") == "/bin/sh");
    CHECK(overrides.landing("/bin/sh", "bash") == "/bin/sh.distrib");
    CHECK(overrides.landing("/usr/bin/x", "anybody") == "/usr/bin/x.real");
    CHECK(overrides.diverted_from("/usr/bin/sh.distrib") == "/usr/bin/sh");
    CHECK(overrides.diverted_from("/usr/bin/sh").empty());
    const auto ownership = overrides.ownership("/usr/bin/x");
    REQUIRE(ownership);
    CHECK((ownership->mode == 04710 && ownership->uid == 0 && ownership->gid == 4));
    CHECK_FALSE(overrides.ownership("/usr/bin/y"));

    std::filesystem::remove(root / "var/lib/dpkg/diversions");
    REQUIRE(overrides.read());
    CHECK(overrides.landing("/usr/bin/x", "anybody") == "/usr/bin/x");
}

TEST_CASE("diversions and statoverrides that are damaged are refused, again and again") {
    CHECK_FALSE(parse_diversions("/a\n/b\n"));
    CHECK_FALSE(parse_diversions("a\n/b\n:\n"));
    const auto accounts = Accounts::parse("root:x:0:0", "root:x:0:");
    CHECK_FALSE(parse_statoverride("root root 9 /x\n", accounts));
    CHECK_FALSE(parse_statoverride("root root 755\n", accounts));
    CHECK_FALSE(parse_statoverride("root 755 /x\n", accounts));
    const test::ScratchDirectory root;
    std::filesystem::create_directories(root / "var/lib/dpkg");
    test::put_content(root / "var/lib/dpkg/diversions", "/a\n");
    Overrides overrides(root.path());
    CHECK_FALSE(overrides.read());
    CHECK_FALSE(overrides.read());
}
