#include "touchstone/policy.hpp"

#include <catch2/catch.hpp>

#include "policy_support.hpp"

using namespace touchstone;

TEST_CASE("a watch holds itself and what is below, by components") {
    const auto policy = policy_of({{"/etc"}});
    CHECK(held_by(policy, "/etc") == "/etc");
    CHECK(held_by(policy, "/etc/a/b") == "/etc");
    CHECK(held_by(policy, "/etcetera") == "");
    CHECK(held_by(policy, "/et") == "");
    CHECK(held_by(policy, "/") == "");
}

TEST_CASE("nonsense is held by nothing") {
    const auto policy = policy_of({{"/"}});
    CHECK(held_by(policy, "") == "");
    CHECK(held_by(policy, "etc") == "");
    CHECK_FALSE(policy.leads_to_watch(""));
    CHECK(Policy().rule_for("/etc") == nullptr);
    CHECK_FALSE(Policy().leads_to_watch("/"));
    CHECK(Policy().starts().empty());
    CHECK(Policy(std::vector<Rule>{}).rule_for("/") == nullptr);
}

TEST_CASE("the root may be watched") {
    const auto policy = policy_of({{"/"}, {"/etc"}});
    CHECK(held_by(policy, "/") == "/");
    CHECK(held_by(policy, "/x") == "/");
    CHECK(held_by(policy, "/etc/x") == "/etc");
    CHECK(policy.starts() == std::vector<std::string>{"/"});
    CHECK_FALSE(policy.leads_to_watch("/"));
}

TEST_CASE("the most specific watch wins, whatever the order") {
    for (const auto& rules : {Rules{{"/etc"}, {"/etc/ssh"}, {"/etc/ssh/keys"}}, Rules{{"/etc/ssh/keys"}, {"/etc/ssh"}, {"/etc"}}}) {
        const auto policy = policy_of(rules);
        CHECK(held_by(policy, "/etc/passwd") == "/etc");
        CHECK(held_by(policy, "/etc/ssh") == "/etc/ssh");
        CHECK(held_by(policy, "/etc/ssh/keys/a") == "/etc/ssh/keys");
        CHECK(held_by(policy, "/etc/sshd") == "/etc");
    }
}

TEST_CASE("depth counts before the length of names, a name before a glob, an early name before a late one") {
    const auto policy = policy_of({{"/*/b"}, {"/a/*"}, {"/averylongname"}, {"/*"}, {"/a/b"}, {"/a/b*"}});
    CHECK(held_by(policy, "/a/b/x") == "/a/b");
    CHECK(held_by(policy, "/a/c") == "/a/*");
    CHECK(held_by(policy, "/a/bb") == "/a/b*");
    CHECK(held_by(policy, "/z/b") == "/*/b");
    CHECK(held_by(policy, "/averylongname/b") == "/*/b");
    CHECK(held_by(policy, "/averylongname/c") == "/averylongname");
    CHECK(held_by(policy, "/z") == "/*");
}

TEST_CASE("components may hold globs") {
    const auto policy = policy_of({{"/home/*/.ssh"}, {"/home/?[a-z]*/.bash_[!h]*"}});
    CHECK(held_by(policy, "/home/anna/.ssh/id") == "/home/*/.ssh");
    CHECK(held_by(policy, "/home/.ssh") == "");
    CHECK(held_by(policy, "/home/a/b/.ssh") == "");
    CHECK(held_by(policy, "/home/anna") == "");
    CHECK(held_by(policy, "/home/anna/.bash_login") == "/home/?[a-z]*/.bash_[!h]*");
    CHECK(held_by(policy, "/home/anna/.bash_history") == "");
    CHECK(policy.starts() == std::vector<std::string>{"/home"});
}

TEST_CASE("quoted globs are names") {
    const auto policy = policy_of({{"/srv/\\*/x"}, {"/srv/a\\\\b"}, {"/opt/*/\\[1]"}});
    CHECK(held_by(policy, "/srv/*/x/y") == "/srv/\\*/x");
    CHECK(held_by(policy, "/srv/a/x") == "");
    CHECK(held_by(policy, "/srv/a\\b") == "/srv/a\\\\b");
    CHECK(held_by(policy, "/opt/q/[1]") == "/opt/*/\\[1]");
    CHECK(policy.starts() == std::vector<std::string>{"/opt", "/srv/*/x", "/srv/a\\b"});
    CHECK(policy.leads_to_watch("/srv/*"));
    CHECK_FALSE(policy.leads_to_watch("/srv/a"));
}

TEST_CASE("ancestors of a watch lead to it, it and what is below do not") {
    const auto policy = policy_of({{"/etc/ssh/keys"}, {"/home/*/.ssh"}});
    for (const auto* path : {"/", "/etc", "/etc/ssh", "/home", "/home/anna"}) CHECK(policy.leads_to_watch(path));
    for (const auto* path : {"/etc/ssh/keys", "/etc/ssh/keys/a", "/et", "/etcetera", "/home/anna/x", "/home/anna/.ssh", "/home/anna/.ssh/x"})
        CHECK_FALSE(policy.leads_to_watch(path));
}

TEST_CASE("what a watch holds need not lead to another one inside it") {
    const auto policy = policy_of({{"/etc"}, {"/etc/ssh/keys"}});
    CHECK_FALSE(policy.leads_to_watch("/etc/ssh"));
    CHECK(policy.leads_to_watch("/"));
}

TEST_CASE("starts are unique and none lies below another") {
    const auto policy = policy_of({{"/usr/lib"}, {"/usr"}, {"/usrx"}, {"/etc/*.conf"}, {"/etc/*/x"}, {"/home/*/.ssh"}, {"/home/*/.profile"}});
    CHECK(policy.starts() == std::vector<std::string>{"/etc", "/home", "/usr", "/usrx"});
    CHECK(policy_of({{"/*/x"}}).starts() == std::vector<std::string>{"/"});
}

TEST_CASE("names may be any bytes") {
    const auto policy = policy_of({{"/srv/\xff\xfe"}});
    CHECK(held_by(policy, "/srv/\xff\xfe/x") == "/srv/\xff\xfe");
    CHECK(held_by(policy, "/srv/\xff") == "");
}

TEST_CASE("rules are listed most specific first, and copies share them") {
    const auto policy = policy_of({{"/a"}, {"/a/b/c"}, {"/a/b"}});
    REQUIRE(policy.rules().size() == 3);
    CHECK(policy.rules()[0]->path == "/a/b/c");
    CHECK(policy.rules()[2]->path == "/a");
    const Policy copy = policy;
    CHECK(copy.rule_for("/a/b/c/d") == policy.rules()[0]);
}

// Where a walk gets from the starts must be all that is watched.
TEST_CASE("every ancestor of a held path is held or leads there, from a start on") {
    const auto policy = policy_of({{"/etc", {"ssl"}}, {"/etc/ssl/private"}, {"/home/*/.ssh"}, {"/opt/a/b"}});
    for (const std::string path : {"/etc/x", "/etc/ssl/private/k", "/home/u/.ssh/id", "/opt/a/b/c"}) {
        REQUIRE(policy.rule_for(path) != nullptr);
        bool started = false;
        for (std::size_t end = 1; end != std::string::npos; end = path.find('/', end + 1)) {
            const auto ancestor = path.substr(0, path.find('/', end + 1));
            for (const auto& start : policy.starts()) started = started || start == ancestor;
            if (started) CHECK((policy.rule_for(ancestor) != nullptr || policy.leads_to_watch(ancestor)));
        }
        CHECK(started);
    }
}
