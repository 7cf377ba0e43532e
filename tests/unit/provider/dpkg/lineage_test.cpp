#include <catch2/catch.hpp>

#include "dpkg/lineage.hpp"
#include "dpkg/places.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;

namespace {

Process process(const std::string& executable, std::vector<std::string> args = {}) {
    Process made;
    made.executable = executable;
    made.args = std::move(args);
    made.pid = 42;
    return made;
}

Lineage lineage(Process self, std::vector<Process> ancestors, const std::string& root = "/") { return lineage_of(Actor{std::move(self), std::move(ancestors)}, root); }

const Process kDpkg = process("/usr/bin/dpkg", {"/usr/bin/dpkg", "--configure", "--pending"});
const Process kApt = process("/usr/bin/apt-get", {"apt-get", "install", "x"});

}  // namespace

TEST_CASE("lineage: a script of a package, and what it runs") {
    const auto script = process("/bin/dash", {"/bin/sh", "/var/lib/dpkg/info/libc6:amd64.postinst", "configure", "1.0"});
    for (const auto& found : {lineage(script, {kDpkg, kApt}), lineage(process("/sbin/ldconfig"), {process("/bin/dash"), script, kDpkg, kApt})}) {
        REQUIRE(found.kind == Lineage::Kind::script);
        CHECK(found.script->package == "libc6:amd64");
        CHECK(found.script->member == "postinst");
        CHECK(found.script->pid == 42);
    }
}

TEST_CASE("lineage: debconf's frontend in front of the script, and a preinst before it is the package's") {
    const auto frontend = process("/usr/bin/perl", {"/usr/bin/perl", "-w", "/usr/share/debconf/frontend", "/var/lib/dpkg/info/tz.data.postinst", "configure"});
    CHECK(lineage(frontend, {kDpkg}).script->package == "tz.data");
    const auto preinst = lineage(process("/bin/dash", {"/bin/sh", "/var/lib/dpkg/tmp.ci/preinst", "install"}), {kDpkg});
    REQUIRE(preinst.kind == Lineage::Kind::script);
    CHECK(preinst.script->package.empty());
}

TEST_CASE("lineage: a script within a root, named from inside or outside") {
    for (const std::string path : {"/var/lib/dpkg/info/a.prerm", "/srv/root/var/lib/dpkg/info/a.prerm"}) {
        const auto found = lineage(process("/bin/sh", {"/bin/sh", path, "remove"}), {kDpkg}, "/srv/root");
        REQUIRE(found.kind == Lineage::Kind::script);
        CHECK(found.script->path == "/var/lib/dpkg/info/a.prerm");
    }
}

TEST_CASE("lineage: names alone make no script") {
    const auto script = process("/bin/dash", {"/bin/sh", "/var/lib/dpkg/info/a.postinst", "configure"});
    CHECK(lineage(script, {process("/bin/bash")}).kind == Lineage::Kind::foreign);
    CHECK(lineage(process("/tmp/dpkg"), {kApt}).kind == Lineage::Kind::foreign);
    for (const std::string path : {"/tmp/a.postinst", "/var/lib/dpkg/info/a.list", "/var/lib/dpkg/info/../a.postinst", "var/lib/dpkg/info/a.postinst"})
        CHECK(lineage(process("/bin/sh", {"/bin/sh", path}), {kDpkg}).kind == Lineage::Kind::dpkg);
}

TEST_CASE("lineage: dpkg and apt themselves") {
    CHECK(lineage(kDpkg, {kApt}).kind == Lineage::Kind::dpkg);
    CHECK(lineage(process("/usr/bin/tar"), {kDpkg}).kind == Lineage::Kind::dpkg);
    CHECK(lineage(kApt, {}).kind == Lineage::Kind::apt);
    CHECK(lineage(process("/usr/lib/apt/methods/http"), {kApt}).kind == Lineage::Kind::apt);
    CHECK(lineage(process("/usr/bin/vim"), {kApt}).kind == Lineage::Kind::foreign);
}

TEST_CASE("places of dpkg and apt") {
    for (const auto* path : {"/var/lib/dpkg/status", "/var/lib/dpkg/updates/0001", "/var/lib/dpkg/tmp.ci/preinst", "/var/lib/dpkg/info/a.list-new",
                             "/var/lib/dpkg/triggers/File", "/var/log/dpkg.log", "/var/lib/dpkg/lock"})
        CHECK(is_dpkgs_own(path));
    for (const auto* path : {"/var/lib/dpkg/info/a.postinst", "/var/lib/dpkg/diversions", "/var/lib/dpkg/x", "/etc/passwd", "/var/lib/dpkg/updatesx"})
        CHECK_FALSE(is_dpkgs_own(path));
    CHECK(is_apts_own("/var/lib/apt/lists/x"));
    CHECK_FALSE(is_apts_own("/var/lib/aptitude/x"));
    CHECK(made_for("/etc/a.dpkg-new") == "/etc/a");
    CHECK(made_for("/etc/a.dpkg-bak").empty());
    CHECK(made_for("/var/lib/dpkg/info/a.list-new") == "/var/lib/dpkg/info/a.list");
    CHECK(made_for("/etc/a.list-new").empty());
    for (const auto* path : {"/etc/a.dpkg-new", "/etc/a.dpkg-tmp", "/var/lib/dpkg/info/a.list-new"}) CHECK(is_passing(path));
    for (const auto* path : {"/etc/a.dpkg-old", "/etc/a.dpkg-dist", "/etc/a.list-new"}) CHECK_FALSE(is_passing(path));
}
