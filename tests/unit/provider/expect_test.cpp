// Expectations: path and writer must fit, and the writer's program is held against what it should be.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "expect/expect.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/observe.hpp"

using namespace touchstone;
using test::ScratchDirectory;

namespace {

constexpr WallTime kLater{std::chrono::hours(24 * 365 * 100)};  // no ctime is racy then

Observation look(const std::string& path) { return Observer::make(DigestAlgorithm::sha256)->look(path, {}, kLater); }

ActorRef actor(const std::string& executable, std::uint32_t uid = 0, const std::string& cgroup = "") {
    Actor made;
    made.process.pid = 42;
    made.process.name = "writer";
    made.process.executable = executable;
    made.process.uid = uid;
    made.process.cgroup = cgroup;
    return std::make_shared<const Actor>(made);
}

class Ground {
public:
    Ground() {
        test::put_content(program, "#!/bin/sh\n");
        test::put_content(file, "nameserver 192.0.2.1\n");
        rule.name = "resolver";
        rule.path = file;
        rule.executable = program;
    }

    std::string asked(std::vector<ActorRef> actors, bool complete = true) const {
        const auto claims = claims_of({rule}, std::move(actors), complete);
        return claims.empty() ? "" : said(claims.front());
    }

    std::vector<Claim> claims_of(std::vector<Expectation> rules, std::vector<ActorRef> actors, bool complete = true) const {
        ProviderSettings settings;
        settings.expectations = std::move(rules);
        auto provider = open_expect(settings, "");
        REQUIRE(provider);
        const auto now = look(file);
        Question question{now.path, now, {}, DigestAlgorithm::sha256, &actors, complete, kLater, known_of, ask_of, {}};
        std::vector<Claim> claims;
        REQUIRE((*provider)->ask(question, claims));
        return claims;
    }

    static std::string said(const Claim& claim) {
        CHECK(claim.word == Claim::Word::explains);
        std::string covers;
        for (const auto& each : claim.covers) covers += " " + each;
        return claim.evidence.source + covers;
    }

    ScratchDirectory scratch;
    const std::string program = scratch / "dhclient", file = scratch / "resolv.conf";
    Expectation rule;
    std::function<std::optional<Observation>(const std::string&)> known_of;
    std::function<std::vector<Claim>(const Observation&)> ask_of;
};

}  // namespace

TEST_CASE("a program with the digest that is named explains") {
    Ground ground;
    ground.rule.sha256 = to_hex(look(ground.program).attributes()->digest);
    ground.rule.attributes = {"content"};
    CHECK(ground.asked({actor(ground.program)}) == "resolver content");
    test::put_content(ground.program, "#!/bin/sh\nevil\n");
    CHECK(ground.asked({actor(ground.program)}).empty());
}

TEST_CASE("every writer must fit, and all must be known") {
    Ground ground;
    ground.rule.sha256 = to_hex(look(ground.program).attributes()->digest);
    CHECK(ground.asked({actor(ground.program), actor("/bin/bash")}).empty());
    CHECK(ground.asked({actor("/bin/bash")}).empty());
    CHECK(ground.asked({actor("")}).empty());
    CHECK(ground.asked({}).empty());
    CHECK(ground.asked({actor(ground.program)}, false).empty());
    CHECK(ground.asked({actor(ground.program), actor(ground.program)}) == "resolver *");
}

TEST_CASE("user and unit must fit where they are named") {
    Ground ground;
    ground.rule.executable.clear();
    ground.rule.unit = "systemd-resolved.service";
    ground.rule.user = "7";
    const std::string cgroup = "/system.slice/systemd-resolved.service";
    CHECK(ground.asked({actor("/x", 7, cgroup)}) == "resolver *");
    CHECK(ground.asked({actor("/x", 8, cgroup)}).empty());
    CHECK(ground.asked({actor("/x", 7, "/user.slice/session-1.scope")}).empty());
}

TEST_CASE("without a digest the program must be in the state that is known of it") {
    Ground ground;
    CHECK(ground.asked({actor(ground.program)}).empty());  // nothing is known of it
    const auto known = look(ground.program);
    ground.known_of = [known](const std::string& path) { return path == known.path ? std::optional(known) : std::nullopt; };
    CHECK(ground.asked({actor(ground.program)}) == "resolver *");
    ::chmod(ground.program.c_str(), 0700);  // moves its ctime
    CHECK(ground.asked({actor(ground.program)}).empty());
}

TEST_CASE("a package must vouch for the program, and not weakly") {
    Ground ground;
    ground.rule.package = "isc-dhcp-client";
    Claim claim{Claim::Word::vouches, {"dpkg", "isc-dhcp-client 4.4.3-P1-2 (amd64)", "", "", false, ""}, {"content"}};
    ground.ask_of = [&](const Observation& other) { return other.path == ground.program ? std::vector{claim} : std::vector<Claim>(); };
    CHECK(ground.asked({actor(ground.program)}) == "resolver *");
    claim.evidence.weak = true;
    CHECK(ground.asked({actor(ground.program)}).empty());
    claim.evidence = {"dpkg", "isc-dhcp-client-ddns 4.4.3-P1-2 (amd64)", "", "", false, ""};
    CHECK(ground.asked({actor(ground.program)}).empty());
}

TEST_CASE("several writers may each fit a rule of their own: what all of them were allowed counts") {
    Ground ground;
    const auto rule = [&](const std::string& name, const std::string& user, std::vector<std::string> attributes) {
        Expectation made{name, ground.file, std::move(attributes), "", "", "", "accounts.service", user};
        return made;
    };
    const std::string cgroup = "/system.slice/accounts.service";
    const auto add = actor("/usr/sbin/useradd", 7, cgroup), modify = actor("/usr/sbin/usermod", 8, cgroup), other = actor("/usr/bin/vi", 9, cgroup);
    const auto asked = [&](std::vector<Expectation> rules, std::vector<ActorRef> actors, bool complete = true) {
        std::string text;
        for (const auto& claim : ground.claims_of(std::move(rules), std::move(actors), complete)) text += (text.empty() ? "" : "; ") + Ground::said(claim);
        return text;
    };
    const auto adding = rule("add", "7", {"content", "xattr.*"}), modifying = rule("modify", "8", {"mode", "content", "xattr.user.x"});
    CHECK(asked({adding, modifying}, {add, modify}) == "add, modify content xattr.user.x");
    CHECK(asked({adding, modifying}, {modify, add, add}) == "add, modify content xattr.user.x");
    CHECK(asked({adding, rule("modify", "8", {})}, {add, modify}) == "add, modify content xattr.*");
    CHECK(asked({adding, rule("modify", "8", {"mode"})}, {add, modify}) == "add, modify");  // nobody was allowed what the other was

    const auto claims = ground.claims_of({adding, modifying}, {add, modify});
    REQUIRE(claims.size() == 1);
    CHECK(claims.front().evidence.reason == "path and writers fit: writer (pid 42) by add, writer (pid 42) by modify");
    CHECK(ground.claims_of({adding, modifying}, {add, modify, add, modify, add, modify}).front().evidence.reason.ends_with(" and 2 more"));

    // One that fits none spoils it, and so does one that nobody saw.
    CHECK(asked({adding, modifying}, {add, modify, other}).empty());
    CHECK(asked({adding, modifying}, {other, add, modify}).empty());
    CHECK(asked({adding, modifying}, {add, modify}, false).empty());
    auto elsewhere = modifying;
    elsewhere.path = "/etc/group";
    CHECK(asked({adding, elsewhere}, {add, modify}).empty());

    // A rule that all of them fit speaks for itself.
    CHECK(asked({rule("all", "", {"mode"}), adding, modifying}, {add, modify}) == "all mode; all, add, modify mode content xattr.user.x");
    CHECK(asked({rule("all", "", {"mode"}), modifying}, {modify}) == "all mode; modify mode content xattr.user.x");
}

TEST_CASE("the path must fit") {
    Ground ground;
    ground.rule.sha256 = to_hex(look(ground.program).attributes()->digest);
    ground.rule.path = "/etc/*";
    CHECK(ground.asked({actor(ground.program)}).empty());
    ground.rule.path = ground.scratch.path() + "/**";
    CHECK(ground.asked({actor(ground.program)}) == "resolver *");
}

TEST_CASE("a user that nobody has is refused") {
    ProviderSettings settings;
    settings.expectations = {{"x", "/x", {}, "/bin/x", "", "", "", "nobody-has-this-name"}};
    const auto opened = open_expect(settings, "");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().what.find("nobody-has-this-name") != std::string::npos);
}
