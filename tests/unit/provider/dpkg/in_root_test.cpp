#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>

#include "dpkg/in_root.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;
namespace fs = std::filesystem;

TEST_CASE("paths within a root: links among the parents are followed, and never out of it") {
    const test::ScratchDirectory root;
    fs::create_directories(root / "usr/lib/x");
    fs::create_symlink("usr/lib", root / "lib");
    fs::create_symlink("/usr", root / "absolute");
    fs::create_symlink("../../../../../../etc", root / "usr/lib/x/climbs");
    fs::create_symlink("/usr/lib/x/loop", root / "usr/lib/x/loop");
    fs::create_symlink("x", root / "usr/lib/last");
    InRoot in_root(root.path());
    CHECK(in_root.resolved("/lib/x/file").value() == "/usr/lib/x/file");
    CHECK(in_root.resolved("/absolute/lib/y").value() == "/usr/lib/y");
    CHECK(in_root.resolved("/usr/lib/x/climbs/passwd").value() == "/etc/passwd");  // of the root
    CHECK(in_root.outside("/etc/passwd") == root.path() + "/etc/passwd");
    CHECK(in_root.resolved("/not/there/yet").value() == "/not/there/yet");
    CHECK(in_root.resolved("/lib").value() == "/lib");
    CHECK(in_root.resolved("/usr/lib/last").value() == "/usr/lib/last");
    CHECK(in_root.resolved("/").value() == "/");
    CHECK_FALSE(in_root.resolved("/usr/lib/x/loop/a"));
}

TEST_CASE("paths within a root: a link that somebody else made is not followed") {
    if (::geteuid() != 0) return;
    const test::ScratchDirectory root;
    fs::create_directories(root / "etc");
    fs::create_symlink("/etc", root / "srv");
    REQUIRE(::lchown((root / "srv").c_str(), 1234, 1234) == 0);
    CHECK_FALSE(InRoot(root.path()).resolved("/srv/passwd"));
}

TEST_CASE("inside: a path as the root sees it") {
    CHECK(inside("/a/b", "/") == "/a/b");
    CHECK(inside("/r/a/b", "/r") == "/a/b");
    CHECK(inside("/r", "/r") == "/");
    CHECK(inside("/root/a", "/r").empty());
}
