#include <catch2/catch.hpp>

#include <filesystem>

#include "dpkg/accounts.hpp"
#include "dpkg/installed_files.hpp"
#include "dpkg/status.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;

namespace {

std::string entry(const std::string& name, const std::string& status, const std::string& version, const std::string& more = "") {
    return "Package: " + name + "\nStatus: " + status + "\nArchitecture: all\nVersion: " + version + "\n" + more + "\n";
}

}  // namespace

TEST_CASE("status: versions, states and conffiles") {
    PackageStatuses packages;
    REQUIRE(parse_status(entry("a", "install ok installed", "1") + entry("b", "deinstall ok config-files", "2") + entry("c", "install ok not-installed", "3") +
                             entry("d", "install ok installed", "4", "Multi-Arch: same\nConffiles:\n /etc/d 0123\n /etc/old 4567 obsolete\n"),
                         packages));
    REQUIRE(packages.size() == 3);
    CHECK(packages.at({"a", "all"}).version == "1");
    CHECK(packages.at({"a", "all"}).unpacked());
    CHECK_FALSE(packages.at({"b", "all"}).unpacked());
    const auto& d = packages.at({"d", "all"});
    CHECK(d.conffiles == std::map<std::string, std::string>{{"/etc/d", "0123"}});
    CHECK(info_base({"d", "all"}, d) == "/var/lib/dpkg/info/d:all");
}

TEST_CASE("status: a damaged one is refused") {
    PackageStatuses packages;
    CHECK_FALSE(parse_status("Package: a\nVersion: 1\n", packages));
    CHECK_FALSE(parse_status("Status: install ok installed\n", packages));
    CHECK_FALSE(parse_status("Package: a\nStatus: install\n", packages));
    CHECK_FALSE(parse_status("\x7f""ELF", packages));
}

TEST_CASE("status: what dpkg has not worked in yet counts, in its order") {
    const test::ScratchDirectory root;
    std::filesystem::create_directories(root / "var/lib/dpkg/updates");
    test::put_content(root / "var/lib/dpkg/status", entry("a", "install ok installed", "1") + entry("b", "install ok installed", "1"));
    StatusDatabase database(root.path());
    const auto version = [&](const std::string& name) {
        const auto read = database.read();
        REQUIRE(read);
        const auto& packages = (*read)->packages;
        const auto found = packages.find({name, "all"});
        return found == packages.end() ? std::string("-") : found->second.version + " " + found->second.state;
    };
    CHECK(version("a") == "1 installed");
    test::put_content(root / "var/lib/dpkg/updates/0001", entry("a", "install ok half-configured", "2"));
    test::put_content(root / "var/lib/dpkg/updates/tmp.i", "half a");
    CHECK(version("a") == "2 half-configured");
    test::put_content(root / "var/lib/dpkg/updates/0002", entry("b", "deinstall ok not-installed", ""));
    CHECK(version("b") == "-");
    std::filesystem::remove_all(root / "var/lib/dpkg/updates");
    CHECK(version("a") == "1 installed");
    test::put_content(root / "var/lib/dpkg/status.new", entry("a", "install ok installed", "3"));
    std::filesystem::rename(root / "var/lib/dpkg/status.new", root / "var/lib/dpkg/status");
    CHECK(version("a") == "3 installed");
    test::put_content(root / "var/lib/dpkg/status", "damaged\n");
    CHECK_FALSE(database.read());
    CHECK_FALSE(database.read());
}

TEST_CASE("status: all who ask have the same snapshot, which stays as it is") {
    const test::ScratchDirectory root;
    std::filesystem::create_directories(root / "var/lib/dpkg/updates");
    test::put_content(root / "var/lib/dpkg/status", entry("a", "install ok installed", "1"));
    const auto one = StatusDatabase::shared(root.path()), other = StatusDatabase::shared(root.path());
    const auto before = one->read();
    REQUIRE(before);
    CHECK(other->read().value() == *before);
    test::put_content(root / "var/lib/dpkg/updates/0001", entry("a", "install ok half-configured", "2"));
    const auto after = other->read();
    REQUIRE(after);
    CHECK(one->read().value() == *after);
    CHECK((*after)->packages.at({"a", "all"}).version == "2");
    CHECK((*before)->packages.at({"a", "all"}).version == "1");
}

TEST_CASE("md5 lists") {
    const auto sums = parse_md5sums("d41d8cd98f00b204e9800998ecf8427e  usr/bin/a b\nd41d8cd98f00b204e9800998ecf8427f  ./usr/c\n");
    REQUIRE(sums);
    CHECK(sums->at("/usr/bin/a b") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(sums->at("/usr/c") == "d41d8cd98f00b204e9800998ecf8427f");
    CHECK_FALSE(parse_md5sums("short  x\n"));
    CHECK_FALSE(parse_md5sums("z41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n"));
}

TEST_CASE("accounts") {
    const auto accounts = Accounts::parse("root:x:0:0::/:/bin/sh\nbad\nmail:x:8:8::/:\nmail:x:9:9::/:\n", "adm:x:4:\nbig:x:99999999999:\n");
    CHECK(accounts.user("mail") == 8u);
    CHECK(accounts.user("#33") == 33u);
    CHECK_FALSE(accounts.user("bad"));
    CHECK(accounts.group("adm") == 4u);
    CHECK_FALSE(accounts.group("big"));
}
