#include "privileges.hpp"

#include <catch2/catch.hpp>
#include <linux/capability.h>
#include <stdlib.h>

using namespace touchstone::cli;

TEST_CASE("effective capabilities are read from the right line") {
    CHECK(parse_effective("Name:\tx\nCapPrm:\t00000000000000ff\nCapEff:\t0000000000200004\nCapBnd:\tff\n") == (1u << CAP_SYS_ADMIN | 1u << CAP_DAC_READ_SEARCH));
    CHECK(parse_effective("CapInh:\tff\n") == 0);
    CHECK(parse_effective("x\nCapEff:") == 0);
    CHECK(parse_effective("x\nCapEff:\tzz") == 0);
    CHECK(parse_effective("") == 0);
}

TEST_CASE("the watch wants four capabilities, and says for what") {
    REQUIRE(wanted_capabilities().size() == 4);
    for (const auto& each : wanted_capabilities()) {
        CHECK(each.name.substr(0, 4) == "CAP_");
        CHECK_FALSE(each.purpose.empty());
    }
}

TEST_CASE("who runs this names the user, and what sudo says beside it") {
    ::unsetenv("SUDO_USER");
    const std::string plain = who_am_i();
    CHECK_FALSE(plain.empty());
    CHECK(plain.find("sudo") == std::string::npos);
    ::setenv("SUDO_USER", "alice", 1);
    CHECK(who_am_i().find("by sudo from alice") != std::string::npos);
    ::unsetenv("SUDO_USER");
}
