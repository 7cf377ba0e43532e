#include <catch2/catch.hpp>

#include "policy_support.hpp"

using namespace touchstone;

namespace {

bool held(const Policy& policy, std::string_view path) { return policy.rule_for(path) != nullptr; }

}  // namespace

TEST_CASE("a pattern without a slash excludes any component below the watch") {
    const auto policy = policy_of({{"/etc", {"*.swp", "cache", "tmp*", "a?c"}}});
    for (const auto* path : {"/etc/.x.swp", "/etc/a/.x.swp", "/etc/cache", "/etc/cache/deep/x", "/etc/q/cache/x", "/etc/tmp1/x", "/etc/abc"})
        CHECK_FALSE(held(policy, path));
    for (const auto* path : {"/etc", "/etc/x", "/etc/x.swpx", "/etc/caches", "/etc/mytmp", "/etc/abcd"}) CHECK(held(policy, path));
}

TEST_CASE("components of the watched path itself are not excluded") {
    CHECK(held(policy_of({{"/var/cache/x", {"cache"}}}), "/var/cache/x/y"));
    CHECK(held(policy_of({{"/home/*/.ssh", {".*", "anna"}}}), "/home/anna/.ssh/id"));
    CHECK(held(policy_of({{"/etc", {"/etc", "/**"}}}), "/etc"));
    CHECK(held(policy_of({{"/etc", {"/etc"}}}), "/etc/x"));
    CHECK(held(policy_of({{"/usr/lib", {"/usr"}}}), "/usr/lib/x"));
}

TEST_CASE("a pattern with a slash matches from the root") {
    const auto policy = policy_of({{"/etc", {"/etc/mtab", "/etc/*/cache", "/etc/**/__pycache__", "**/x/y"}}});
    for (const auto* path : {"/etc/mtab", "/etc/mtab/below", "/etc/a/cache/x", "/etc/__pycache__/x", "/etc/a/b/__pycache__", "/etc/q/x/y/z"})
        CHECK_FALSE(held(policy, path));
    for (const auto* path : {"/etc/mtabs", "/etc/a/mtab", "/etc/a/b/cache", "/etc/cache", "/etc/x"}) CHECK(held(policy, path));
}

TEST_CASE("an excluded directory excludes what is below it, but not a watch inside it") {
    const auto policy = policy_of({{"/etc", {"/etc/ssl"}}, {"/etc/ssl/private"}});
    CHECK_FALSE(held(policy, "/etc/ssl"));
    CHECK_FALSE(held(policy, "/etc/ssl/certs"));
    CHECK(held_by(policy, "/etc/ssl/private/key") == "/etc/ssl/private");
    CHECK(policy.leads_to_watch("/etc/ssl"));
    CHECK_FALSE(policy.leads_to_watch("/etc/ssl/certs"));
}

TEST_CASE("the excludes of an outer watch do not reach into an inner one, nor the other way") {
    const auto policy = policy_of({{"/etc", {"*.bak"}}, {"/etc/ssh", {"*.old"}}});
    CHECK(held_by(policy, "/etc/ssh/x.bak") == "/etc/ssh");
    CHECK(held_by(policy, "/etc/ssh/x.old") == "");
    CHECK(held_by(policy, "/etc/x.old") == "/etc");
}

TEST_CASE("quoted patterns are names") {
    const auto policy = policy_of({{"/etc", {"\\*.swp", "/etc/a\\[1]", "b\\*"}}});
    CHECK(held(policy, "/etc/x.swp"));
    CHECK_FALSE(held(policy, "/etc/*.swp"));
    CHECK_FALSE(held(policy, "/etc/a[1]/x"));
    CHECK(held(policy, "/etc/a1"));
    CHECK(held(policy, "/etc/bb"));
    CHECK_FALSE(held(policy, "/etc/b*"));
}

TEST_CASE("excludes work below the root and in a watch with globs") {
    const auto root = policy_of({{"/", {"/proc", "/sys", "/**/cache"}}});
    CHECK_FALSE(held(root, "/proc/1/maps"));
    CHECK(held(root, "/process"));
    CHECK_FALSE(held(root, "/var/cache/x"));
    CHECK(held(root, "/"));
    const auto homes = policy_of({{"/home/*/.ssh", {"/home/*/.ssh/known_hosts*", "agent.*"}}});
    CHECK_FALSE(held(homes, "/home/a/.ssh/known_hosts.old"));
    CHECK_FALSE(held(homes, "/home/a/.ssh/agent.1"));
    CHECK(held(homes, "/home/a/.ssh/id"));
}
