#include <sys/stat.h>
#include <unistd.h>

#include "ostree/provider.hpp"
#include "ostree_root.hpp"

namespace touchstone {
namespace {

using test::ask;
using test::covers;
using test::Sysroot;

std::unique_ptr<Provider> opened(const Sysroot& sysroot) {
    auto provider = open_ostree(sysroot.path());
    if (!provider) FAIL(provider.error().what);
    REQUIRE(*provider != nullptr);
    return std::move(*provider);
}

TEST_CASE("ostree: what stands as in a signed commit is vouched for, and nothing else is") {
    const Sysroot sysroot;
    const auto commit = sysroot.deploy();
    const auto provider = opened(sysroot);
    const auto at = [&](const std::string& below) { return sysroot.deployed(commit, below); };

    const auto asked = ask(*provider, at("/usr/bin/tool"));
    REQUIRE(asked.vouched());
    const auto& evidence = asked.vouched()->evidence;
    CHECK(evidence.provider == "ostree");
    CHECK(evidence.source == "commit " + commit + " (7)");
    CHECK(evidence.signer.ends_with(" (Image)"));
    CHECK(evidence.signer.find(' ') == 40);
    CHECK_FALSE(evidence.weak);
    CHECK(evidence.reason == "content and attributes as in the commit");
    CHECK(evidence.transaction == "ostree-" + commit);
    for (const auto* each : {"type", "mode", "uid", "gid", "content", "xattr.user.note", "link_count"}) CHECK(covers(*asked.vouched(), each));
    CHECK_FALSE(covers(*asked.vouched(), "inode_flags"));
    for (const auto* each : {"/usr/bin/alias", "/usr/bin", "/usr/etc/demo.conf", "/etc/demo.conf", "/usr/lib/modules/6.1.0/vmlinuz"}) {
        INFO(each);
        CHECK(ask(*provider, at(each)).vouched());
    }
    CHECK(covers(*ask(*provider, at("/usr/bin/none")).vouched(), "anything"));  // it has no such file, and none is there
    CHECK(ask(*provider, at("/var")).silent());
    CHECK(ask(*provider, sysroot.path() + "/ostree/repo/config").silent());
    CHECK(ask(*provider, "/usr/bin/tool").silent());

    const auto transaction = provider->transaction("ostree-" + commit);
    REQUIRE(transaction);
    REQUIRE(*transaction);
    CHECK((*transaction)->text == "deployment of demo: commit " + commit + " (version 7)");
    CHECK((*transaction)->items == std::vector<std::string>{commit});
    CHECK((*transaction)->begun > WallTime{});
    CHECK_FALSE(*provider->transaction("ostree-" + std::string(64, 'a')));
    CHECK_FALSE(*provider->transaction("rpm-1"));

    SECTION("each attribute counts") {
        const auto tool = at("/usr/bin/tool");
        test::shell("cp -a " + tool + " " + sysroot.path() + "/saved");
        for (const std::string change : {"echo 'tOol 1' >", "echo more >>", "chmod 0755 ", "chown 7 ", "chown :7 ", "setfattr -n user.note -v hellO ", "setfattr -x user.note ",
                                         "setfattr -n user.other -v x ", "rm ", "ln -sf alias "}) {
            INFO(change);
            test::shell("cp -a --remove-destination " + sysroot.path() + "/saved" + " " + tool);
            REQUIRE(ask(*provider, tool).vouched());
            test::shell(change + tool);
            const auto after = ask(*provider, tool);
            CHECK_FALSE(after.vouched());
            CHECK(after.contradicted());
        }
    }
    SECTION("directories and links") {
        test::shell("chmod 0777 " + at("/usr/bin") + "; ln -sfn /bin/sh " + at("/usr/bin/alias"));
        CHECK(ask(*provider, at("/usr/bin")).contradicted());
        CHECK(ask(*provider, at("/usr/bin/alias")).contradicted());
    }
    SECTION("what was added") {
        test::put_content(at("/usr/bin/added"), "x");
        CHECK(ask(*provider, at("/usr/bin/added")).contradicted()->evidence.reason == "the commit does not have it");
        test::put_content(at("/etc/added"), "x");
        CHECK(ask(*provider, at("/etc/added")).silent());
    }
    SECTION("/etc is the administrator's to change") {
        test::put_content(at("/etc/demo.conf"), "mine");
        CHECK(ask(*provider, at("/etc/demo.conf")).silent());
    }
}

TEST_CASE("ostree: an upgrade is the next commit's") {
    const Sysroot sysroot;
    const auto first = sysroot.deploy();
    const auto provider = opened(sysroot);
    test::put_content(sysroot.tree("/usr/bin/tool"), "tool 2\n");
    test::shell("rm " + sysroot.tree("/usr/bin/old"));
    const auto version = provider->version();
    const auto second = sysroot.deploy();
    CHECK(provider->version() != version);
    CHECK(first != second);
    const auto asked = ask(*provider, sysroot.deployed(second, "/usr/bin/tool"));
    REQUIRE(asked.vouched());
    CHECK(asked.vouched()->evidence.transaction == "ostree-" + second);
    CHECK(ask(*provider, sysroot.deployed(second, "/usr/bin/old")).vouched());
    CHECK(ask(*provider, sysroot.deployed(first, "/usr/bin/old")).vouched());

    test::shell("cp --remove-destination -a " + sysroot.deployed(first, "/usr/bin/tool") + " " + sysroot.deployed(second, "/usr/bin/tool"));
    CHECK(ask(*provider, sysroot.deployed(second, "/usr/bin/tool")).contradicted());  // the old one, still signed, is not the one that is deployed

    test::put_content(sysroot.tree("/usr/bin/tool"), "tool 3\n");
    sysroot.deploy();  // two are kept
    const auto removed = ask(*provider, sysroot.deployed(first, "/usr/bin/tool"));
    REQUIRE(removed.word(Claim::Word::explains));
    CHECK_FALSE(removed.vouched());
}

TEST_CASE("ostree: a shared file has more names by a deployment, and by nobody else") {
    const Sysroot sysroot;
    const auto first = sysroot.deploy();
    const auto provider = opened(sysroot);
    const auto shared = sysroot.deployed(first, "/usr/lib/os-release");
    const auto look = [&](WallTime at) { return Observer::make(DigestAlgorithm::sha256)->look(shared, {}, at); };
    const auto vouched = [&](const Observation& known) {
        const auto asked = ask(*provider, shared, DigestAlgorithm::sha256, nullptr, {}, &known);
        REQUIRE(asked.vouched());
        return *asked.vouched();
    };
    auto known = look(std::chrono::system_clock::now());
    CHECK(vouched(known).evidence.transaction == "ostree-" + first);
    test::put_content(sysroot.tree("/usr/bin/tool"), "tool 2\n");
    const auto second = sysroot.deploy();
    CHECK(look(test::later()).attributes()->link_count == known.attributes()->link_count + 1);
    CHECK(covers(vouched(known), "link_count"));
    CHECK(vouched(known).evidence.source == "commit " + first + " (7)");
    CHECK(vouched(known).evidence.transaction == "ostree-" + second);

    SECTION("a name that somebody gave it later") {
        known = look(test::later());
        test::shell("ln " + shared + " " + sysroot.path() + "/elsewhere");
        CHECK_FALSE(covers(vouched(known), "link_count"));
        CHECK(covers(vouched(known), "content"));
        CHECK(vouched(known).evidence.transaction.empty());
        test::shell("rm " + sysroot.path() + "/ostree/deploy/demo/deploy/" + second + ".0.origin");  // as while it is being made
        CHECK(covers(vouched(known), "link_count"));
    }
    SECTION("fewer names") {
        test::shell("ln " + shared + " " + sysroot.path() + "/elsewhere");
        known = look(test::later());
        test::shell("rm " + sysroot.path() + "/elsewhere");
        CHECK(covers(vouched(known), "link_count"));
        CHECK(vouched(known).evidence.transaction.empty());
    }
    SECTION("a file of the same content that is not the repository's") {
        test::shell("cp -a " + shared + " " + shared + ".copy && mv " + shared + ".copy " + shared);
        CHECK(covers(vouched(known), "link_count"));  // it is another one, and has the names that it came with
        known = look(WallTime{});
        test::shell("ln " + shared + " " + sysroot.path() + "/elsewhere");
        CHECK_FALSE(covers(vouched(known), "link_count"));
    }
}

TEST_CASE("ostree: a commit that nobody signed, or whose key is not known, is weak evidence") {
    const bool sign = GENERATE(true, false);
    const Sysroot sysroot(false);
    const auto commit = sysroot.deploy(sign);
    const auto asked = ask(*opened(sysroot), sysroot.deployed(commit, "/usr/bin/tool"));
    REQUIRE(asked.vouched());
    CHECK(asked.vouched()->evidence.weak);
    CHECK(asked.vouched()->evidence.signer.empty());
    INFO(asked.vouched()->evidence.reason);
    CHECK(asked.vouched()->evidence.reason.size() > std::string("content and attributes as in the commit").size());  // and why
}

TEST_CASE("ostree: what was changed in the repository afterwards authorizes nothing") {
    const Sysroot sysroot;
    const auto commit = sysroot.deploy();
    const auto tool = sysroot.deployed(commit, "/usr/bin/tool");
    SECTION("an object's content, by its hard link") {
        test::shell("printf 'tOol 1\\n' | dd conv=notrunc of=" + tool);
        CHECK(ask(*opened(sysroot), tool).contradicted());
    }
    SECTION("a commit") {
        test::append_to(sysroot.object(commit, "commit"), "x");
        const auto asked = ask(*opened(sysroot), tool);
        REQUIRE_FALSE(asked.status);
        CHECK(asked.claims.empty());
        CHECK(asked.status.error().what.find("its content is not what its checksum says") != std::string::npos);
        CHECK(asked.status.error().what.find("ostree fsck") != std::string::npos);
    }
    SECTION("its directories") {
        test::shell("for tree in " + sysroot.repo() + "/objects/*/*.dirtree; do printf x >>$tree; done");
        const auto asked = ask(*opened(sysroot), tool);
        REQUIRE_FALSE(asked.status);
        CHECK(asked.claims.empty());
    }
    SECTION("pruned") {
        test::shell("rm " + sysroot.object(commit, "commit"));
        CHECK_FALSE(ask(*opened(sysroot), tool).status);
    }
}

TEST_CASE("ostree: where there is no repository there is no provider, and a broken one is an error") {
    const test::ScratchDirectory empty;
    REQUIRE(open_ostree(empty.path()));
    CHECK(*open_ostree(empty.path()) == nullptr);
    CHECK(std::filesystem::is_empty(empty.path()));
    test::shell("mkdir -p " + empty / "ostree/repo/objects");
    test::put_content(empty / "ostree/repo/config", "nonsense");
    const auto broken = open_ostree(empty.path());
    REQUIRE_FALSE(broken);
    CHECK(broken.error().what.starts_with("open the OSTree repository " + empty.path()));
}

}  // namespace
}  // namespace touchstone
