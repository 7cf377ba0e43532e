#include <catch2/catch.hpp>

#include "dpkg/hook_input.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;

namespace {

const std::string kHead = "VERSION 3\nAPT::Architecture=amd64\nCommandLine::AsString=apt-get%20install%20a\n\n";

}  // namespace

TEST_CASE("hook: installations, upgrades, removals") {
    const auto input = parse_hook_input(kHead +
                                        "a - - none < 1.0 all none /var/cache/apt/archives/a b.deb\n"
                                        "b 1 amd64 same < 2 amd64 same /b.deb\n"
                                        "c 1 amd64 none > - - none **REMOVE**\n"
                                        "a - - none < 1.0 all none **CONFIGURE**\n"
                                        "d 1 all none < 2 amd64 none /d.deb\n");
    REQUIRE(input);
    CHECK(input->command_line == "apt-get install a");
    REQUIRE(input->changes.size() == 5);
    CHECK(input->changes[0].archive == "/var/cache/apt/archives/a b.deb");
    CHECK(input->changes[0].change.old_version.empty());
    CHECK(input->changes[1].change.old_version == "1");
    CHECK(input->changes[1].change.new_version == "2");
    CHECK(input->changes[2].archive.empty());
    CHECK(input->changes[2].change.new_version.empty());
    // From one architecture to another: the old one goes, the new one comes.
    CHECK((input->changes[3].change.architecture == "all" && input->changes[3].change.new_version.empty()));
    CHECK((input->changes[4].change.architecture == "amd64" && input->changes[4].change.old_version.empty()));
}

TEST_CASE("hook: a package of which only the configuration was left") {
    const auto input = parse_hook_input(kHead + "a - - none > - - none **REMOVE**\n");
    REQUIRE(input);
    REQUIRE(input->changes.size() == 1);
    CHECK(input->changes[0].change.package == "a");
    CHECK((input->changes[0].change.old_version.empty() && input->changes[0].change.new_version.empty() && input->changes[0].archive.empty()));
}

TEST_CASE("hook: what is no version 3 is refused") {
    CHECK_FALSE(parse_hook_input(""));
    CHECK_FALSE(parse_hook_input("/var/cache/apt/archives/a.deb\n"));
    CHECK_FALSE(parse_hook_input("VERSION 2\n\n"));
    CHECK_FALSE(parse_hook_input("VERSION 3\nAPT::x=y\n"));
    CHECK_FALSE(parse_hook_input(kHead + "a - - none < 1.0 all none\n"));
    CHECK_FALSE(parse_hook_input(kHead + "a - - none < 1.0 all none relative.deb\n"));
}
