#include "selinux/provider.hpp"

#include "asking.hpp"
#include "support/scratch_directory.hpp"

namespace touchstone {
namespace {

// A root with a policy of the test's own, read by the real libselinux.
class Policy {
public:
    Policy() {
        test::shell("mkdir -p " + contexts_directory());
        test::put_content(directory_ / "etc/selinux/config", "# comment\nSELINUX=enforcing\nSELINUXTYPE=stone\n");
        test::put_content(contexts(), "/.*\tsystem_u:object_r:default_t:s0\n/etc(/.*)?\tsystem_u:object_r:etc_t:s0\n/etc/secret\t--\tsystem_u:object_r:secret_t:s0\n");
    }
    std::string contexts_directory() const { return directory_ / "etc/selinux/stone/contexts/files"; }
    std::string contexts() const { return contexts_directory() + "/file_contexts"; }
    std::string config() const { return directory_ / "etc/selinux/config"; }
    std::unique_ptr<Provider> opened() const {
        auto provider = open_selinux(directory_.path());
        if (!provider) FAIL(provider.error().what);
        return std::move(*provider);
    }
    // What is said of a file there with this label: the kernel of the test has no SELinux, which would refuse most of them.
    std::vector<Claim> asked(Provider& provider, const std::string& path, const std::string& label, FileType type = FileType::regular) const {
        Attributes attributes;
        attributes.type = type;
        attributes.mode = 0644;
        if (!label.empty()) attributes.xattrs["security.selinux"] = label;
        Observation now;
        now.path = directory_.path() + path;
        now.look = attributes;
        std::vector<Claim> claims;
        REQUIRE(provider.ask({now.path, now, {}, DigestAlgorithm::sha256, nullptr, false, test::later(), {}, {}, {}}, claims));
        return claims;
    }

private:
    test::ScratchDirectory directory_;
};

TEST_CASE("selinux: the policy's label is vouched for, beside what others say") {
    const Policy policy;
    const auto provider = policy.opened();
    REQUIRE(provider);
    const auto claims = policy.asked(*provider, "/etc/passwd", std::string("system_u:object_r:etc_t:s0\0", 27));
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].word == Claim::Word::vouches);
    CHECK(claims[0].only_beside_others);
    CHECK(claims[0].covers == std::vector<std::string>{"xattr.security.selinux"});
    CHECK(claims[0].evidence.source == "policy stone");
    CHECK(policy.asked(*provider, "/etc/secret", "unconfined_u:object_r:secret_t:s0").size() == 1);
    CHECK(policy.asked(*provider, "/usr/x", "system_u:object_r:default_t:s0").size() == 1);
}

TEST_CASE("selinux: of any other label nothing is said") {
    const Policy policy;
    const auto provider = policy.opened();
    REQUIRE(provider);
    CHECK(policy.asked(*provider, "/etc/secret", "system_u:object_r:etc_t:s0").empty());
    CHECK(policy.asked(*provider, "/etc/passwd", "system_u:object_r:etc_t:s0:c1").empty());
    CHECK(policy.asked(*provider, "/etc/passwd", "etc_t").empty());
    CHECK(policy.asked(*provider, "/etc/passwd", "").empty());
    CHECK(policy.asked(*provider, "/etc/secret", "system_u:object_r:secret_t:s0", FileType::directory).empty());
}

TEST_CASE("selinux: a changed policy counts at once") {
    const Policy policy;
    const auto provider = policy.opened();
    REQUIRE(provider);
    const auto before = provider->version();
    test::put_content(policy.contexts(), "/etc(/.*)?\tsystem_u:object_r:other_t:s0\n");
    CHECK(provider->version() != before);
    CHECK(policy.asked(*provider, "/etc/passwd", "system_u:object_r:other_t:s0").size() == 1);
    CHECK(policy.asked(*provider, "/etc/passwd", "system_u:object_r:etc_t:s0").empty());
}

TEST_CASE("selinux: without a policy there is no provider") {
    const Policy policy;
    test::put_content(policy.config(), GENERATE(as<std::string>(), "SELINUX=disabled\nSELINUXTYPE=stone\n", "SELINUXTYPE=none\n", "SELINUXTYPE=../x\n", ""));
    CHECK_FALSE(policy.opened());
    const test::ScratchDirectory empty;
    const auto none = open_selinux(empty.path());
    REQUIRE(none);
    CHECK_FALSE(*none);
}

}  // namespace
}  // namespace touchstone
