#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "rpm/lineage.hpp"
#include "rpm/provider.hpp"
#include "rpm_forgery.hpp"
#include "rpm_root.hpp"

namespace touchstone {
// librpm does not give back what it has opened of a database that it cannot use; the tests of damaged ones must not fail for that.
extern "C" const char* __lsan_default_suppressions() { return "leak:librpm\nleak:libsqlite3\n"; }

namespace {

using test::ask;
using test::covers;
using test::RpmRoot;

std::unique_ptr<Provider> opened(const RpmRoot& root) {
    auto provider = open_rpm(root.path());
    if (!provider) FAIL(provider.error().what);
    REQUIRE(*provider != nullptr);
    return std::move(*provider);
}

TEST_CASE("rpm: a file as in a signed package is vouched for, in all that the package says") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);

    const auto asked = ask(*provider, root.path("/usr/bin/tool"));
    REQUIRE(asked.vouched());
    CHECK_FALSE(asked.content_read);
    const auto& evidence = asked.vouched()->evidence;
    CHECK(evidence.provider == "rpm");
    CHECK(evidence.source == "demo-1-1.noarch");
    CHECK(evidence.signer.ends_with(" (Vendor <vendor@example.org> public key)"));
    CHECK(evidence.signer.find(' ') == 40);  // a fingerprint
    CHECK_FALSE(evidence.weak);
    CHECK(evidence.reason == "content, mode, owner, link count and xattr.security.capability as in the package");
    for (const auto* each : {"type", "mode", "uid", "gid", "content", "link_count", "xattr.security.capability"}) CHECK(covers(*asked.vouched(), each));
    CHECK_FALSE(covers(*asked.vouched(), "xattr.user.note"));

    CHECK(ask(*provider, root.path("/usr/bin/alias")).vouched());
    CHECK(ask(*provider, root.path("/etc/demo")).vouched());
    CHECK(ask(*provider, root.path("/usr/bin/only-1")).vouched());
    CHECK(ask(*provider, root.path("/usr/bin/nobody's")).silent());
    CHECK(ask(*provider, "/usr/bin/tool").silent());  // outside the root
}

TEST_CASE("rpm: where the configured digest is another, the content is read") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto asked = ask(*opened(root), root.path("/usr/bin/tool"), DigestAlgorithm::sha512);
    REQUIRE(asked.vouched());
    CHECK(asked.content_read);
}

TEST_CASE("rpm: every attribute that is not the package's is contradicted") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto tool = root.path("/usr/bin/tool");
    const auto refused = [&](const std::string& path) {
        const auto asked = ask(*provider, path);
        CHECK_FALSE(asked.vouched());
        REQUIRE(asked.contradicted());
        return asked.contradicted()->evidence.reason;
    };
    SECTION("content of the same size") {
        test::put_content(tool, "tOol 1\n");
        CHECK(refused(tool).starts_with("sha256 of the content is "));
    }
    SECTION("size") {
        test::append_to(tool, "more");
        CHECK(refused(tool) == "size is 11, not 7");
    }
    SECTION("mode") {
        REQUIRE(::chmod(tool.c_str(), 04755) == 0);
        CHECK(refused(tool) == "mode is 4755, not 0755");
    }
    SECTION("owner") {
        REQUIRE(::chown(tool.c_str(), 7, 0) == 0);
        CHECK(refused(tool) == "uid is 7, not 0");
    }
    SECTION("group, by name") {
        REQUIRE(::chown(root.path("/etc/demo").c_str(), 0, 0) == 0);
        CHECK(refused(root.path("/etc/demo")) == "gid is 0, not 1");
    }
    SECTION("link target") {
        test::shell("ln -sfn other " + root.path("/usr/bin/alias"));
        CHECK(refused(root.path("/usr/bin/alias")) == "link target is other, not tool");
    }
    SECTION("capabilities") {
        test::shell("setcap -r " + root.path("/usr/bin/only-1"));
        CHECK(refused(root.path("/usr/bin/only-1")).starts_with("xattr.security.capability is none, not 01000002"));
    }
    SECTION("type") {
        test::shell("rm " + tool + "; mkdir " + tool);
        CHECK(refused(tool) == "type is dir, not file");
    }
    SECTION("gone") {
        REQUIRE(::unlink(tool.c_str()) == 0);
        CHECK(refused(tool) == "it is gone");
    }
}

TEST_CASE("rpm: a changed configuration file is neither vouched for in its content nor contradicted") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto config = root.path("/etc/demo/demo.conf");
    CHECK(covers(*ask(*provider, config).vouched(), "content"));
    test::put_content(config, "mine");
    auto asked = ask(*provider, config);
    CHECK_FALSE(asked.contradicted());
    REQUIRE(asked.vouched());
    CHECK_FALSE(covers(*asked.vouched(), "content"));
    CHECK(covers(*asked.vouched(), "mode"));

    root.install("demo-2-1");  // keeps it, and puts its own beside it
    asked = ask(*provider, config + ".rpmnew");
    REQUIRE(asked.vouched());
    CHECK(covers(*asked.vouched(), "content"));
    CHECK(asked.vouched()->evidence.source == "demo-2-1.noarch");
    test::append_to(config + ".rpmnew", "x");
    CHECK_FALSE(covers(*ask(*provider, config + ".rpmnew").vouched(), "content"));
}

TEST_CASE("rpm: of ghosts and of what the package does not verify nothing is said") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    CHECK(ask(*provider, root.path("/var/log/demo.log")).silent());  // absent
    test::shell("mkdir -p " + root.path("/var/log"));
    test::put_content(root.path("/var/log/demo.log"), "line");
    CHECK(ask(*provider, root.path("/var/log/demo.log")).silent());

    REQUIRE(::chmod(root.path("/usr/share/doc/text").c_str(), 0600) == 0);
    const auto asked = ask(*provider, root.path("/usr/share/doc/text"));
    REQUIRE(asked.vouched());
    CHECK_FALSE(covers(*asked.vouched(), "mode"));
}

TEST_CASE("rpm: an upgrade is one transaction, and what it removed is vouched for") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto before = provider->version();
    CHECK(provider->version() == before);
    root.install("demo-2-1");
    CHECK(provider->version() != before);

    const auto asked = ask(*provider, root.path("/usr/bin/tool"));
    REQUIRE(asked.vouched());
    CHECK(asked.vouched()->evidence.source == "demo-2-1.noarch");
    const auto id = asked.vouched()->evidence.transaction;
    const auto removed = ask(*provider, root.path("/usr/bin/only-1"));
    REQUIRE(removed.vouched());
    CHECK(covers(*removed.vouched(), "anything"));
    CHECK(removed.vouched()->evidence.transaction == id);
    CHECK(removed.vouched()->evidence.reason == "demo-1-1.noarch had it, and has not any more");
    CHECK(ask(*provider, root.path("/usr/bin/never")).silent());

    const auto transaction = provider->transaction(id);
    REQUIRE(transaction);
    REQUIRE(*transaction);
    CHECK((*transaction)->text == "upgrade of 1 package: demo 1-1 -> 2-1");
    CHECK((*transaction)->items == std::vector<std::string>{"demo-2-1.noarch"});
    CHECK((*transaction)->ended);
    CHECK_FALSE(*provider->transaction("rpm-12"));
    CHECK_FALSE(*provider->transaction("rpm-12x"));
    CHECK_FALSE(*provider->transaction("apt-12"));

    root.rpm("-e demo");  // nobody signs a removal: who did it has to be known
    CHECK(ask(*provider, root.path("/usr/bin/tool")).silent());
}

Process process(const std::string& executable, std::vector<std::string> args, WallTime start) {
    Process made;
    made.executable = executable;
    made.args = std::move(args);
    made.start = start;
    made.pid = 4711;
    return made;
}

WallTime now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()); }

TEST_CASE("rpm: what it does itself with files that no installed package has is explained") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto tool = root.path("/usr/bin/tool");
    const auto by = [&](const std::string& executable, const std::string& path) {
        Actor actor;
        actor.process = process(executable, {executable}, now());
        const std::vector<ActorRef> actors{std::make_shared<const Actor>(actor)};
        return ask(*provider, path, DigestAlgorithm::sha256, &actors);
    };
    test::shell("rm " + tool);
    CHECK(by("/usr/bin/rpm", tool).contradicted());  // its package is still there
    const auto ghost = by("/usr/bin/rpm", root.path("/var/log/demo.log"));
    REQUIRE(ghost.explained());
    CHECK(ghost.explained()->evidence.weak);
    CHECK(ghost.explained()->evidence.source == "demo-1-1.noarch");
    CHECK(by("/usr/bin/rm", root.path("/var/log/demo.log")).silent());
    test::shell("mkdir -m 755 " + root.path("/opt") + " && mkdir -m 775 " + root.path("/srv"));
    CHECK(by("/usr/bin/rpm", root.path("/opt")).explained());  // which no package has
    CHECK(by("/usr/bin/mkdir", root.path("/opt")).silent());
    CHECK(by("/usr/bin/rpm", root.path("/srv")).silent());
    const auto config = root.path("/etc/demo/demo.conf");
    test::put_content(config, "mine");
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer);
    const auto before = observer->look(config, {}, test::later());
    root.rpm("-e demo");
    const auto removed = by("/usr/bin/rpm", tool);
    REQUIRE(removed.explained());
    CHECK(covers(*removed.explained(), "anything"));
    const auto& evidence = removed.explained()->evidence;
    CHECK(evidence.source == "demo-1-1.noarch");
    CHECK(evidence.weak);
    CHECK(evidence.signer.empty());
    CHECK(evidence.transaction.empty());
    CHECK_FALSE(removed.vouched());
    CHECK(by("/usr/bin/rm", tool).silent());
    CHECK(by("/usr/bin/rpm", root.path("/usr/bin/never")).silent());
    // A configuration file that the administrator had changed is set aside.
    CHECK(by("/usr/bin/rpm", config).explained());
    const auto saved = ask(*provider, config + ".rpmsave", DigestAlgorithm::sha256, nullptr, [&](const auto&) { return std::optional(before); });
    REQUIRE(saved.explained());
    CHECK(saved.explained()->evidence.transaction.empty());
}

TEST_CASE("rpm: the old content after an upgrade is contradicted") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    root.install("demo-2-1");
    test::put_content(root.path("/usr/bin/tool"), "tool 1\n");
    CHECK(ask(*provider, root.path("/usr/bin/tool")).contradicted());
}

TEST_CASE("rpm: a package that nobody signed, or whose key is not imported, says nothing") {
    const bool with_key = GENERATE(true, false);
    const RpmRoot root(with_key);
    root.install(with_key ? "demo-3-1" : "demo-1-1");
    CHECK(ask(*opened(root), root.path("/usr/bin/tool")).silent());
}

TEST_CASE("rpm: a key that is imported later makes its packages known") {
    const RpmRoot root(false);
    root.install("demo-1-1");
    const auto provider = opened(root);
    CHECK(ask(*provider, root.path("/usr/bin/tool")).silent());
    test::shell("rpmkeys --root " + root.path() + " --define '_dbpath /var/lib/rpm' --import " + test::Packages::made().key());
    CHECK(ask(*provider, root.path("/usr/bin/tool")).vouched());
}

TEST_CASE("rpm: what somebody put into the database beside the signed part of a header does not count") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto tool = root.path("/usr/bin/tool");
    test::put_content(tool, "tool X\n");
    const auto forged = to_hex(ask(*opened(root), tool).now_digest);
    REQUIRE(forged.size() == 64);
    test::forge_digests(root.database(), "demo", forged);
    test::shell("rpm --root " + root.path() + " --define '_dbpath /var/lib/rpm' -q --dump demo | grep '^/usr/bin/tool .*" + forged + "'");  // rpm believes it
    const auto asked = ask(*opened(root), tool);
    CHECK_FALSE(asked.vouched());
    CHECK(asked.contradicted());
}

TEST_CASE("rpm: a header whose signed part was changed says nothing") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    REQUIRE(ask(*provider, root.path("/usr/bin/tool")).vouched());
    test::alter_header(root.database(), "demo", "A demonstration", "A demonstratiom");
    const auto asked = ask(*provider, root.path("/usr/bin/tool"));
    CHECK_FALSE(asked.vouched());
}

// A process that holds rpm's lock, as rpm does all through a transaction.
class Locked {
public:
    explicit Locked(const std::string& path) {
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        child_ = ::fork();
        if (child_ == 0) {
            const int lock = ::open(path.c_str(), O_RDWR | O_CREAT, 0644);
            struct flock all {};
            all.l_type = F_WRLCK;
            const char held = ::fcntl(lock, F_SETLK, &all) == 0 ? 'y' : 'n';
            static_cast<void>(!::write(ready[1], &held, 1));
            ::pause();
            ::_exit(0);
        }
        char held = 'n';
        REQUIRE(::read(ready[0], &held, 1) == 1);
        ::close(ready[0]);
        ::close(ready[1]);
        REQUIRE(held == 'y');
    }
    ~Locked() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    pid_t child_ = -1;
};

TEST_CASE("rpm: during a transaction, what is not yet as the database says is awaited") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto tool = root.path("/usr/bin/tool");
    test::put_content(root.path("/usr/bin/new"), "new");
    {
        const Locked lock(root.path("/var/lib/rpm/.rpm.lock"));
        CHECK(ask(*provider, tool).vouched());
        CHECK(ask(*provider, root.path("/usr/bin/new")).word(Claim::Word::awaited));
        test::put_content(tool, "tool 2\n");
        const auto asked = ask(*provider, tool);
        CHECK(asked.word(Claim::Word::awaited));
        CHECK_FALSE(asked.contradicted());
        CHECK_FALSE(asked.vouched());
        // A ghost goes while its package is still in the database, and a scriptlet may write it before the package is there.
        const auto ghost = root.path("/var/log/demo.log");
        CHECK(ask(*provider, ghost).word(Claim::Word::awaited));
        test::shell("mkdir -p " + root.path("/var/log"));
        test::put_content(ghost, "line");
        CHECK(ask(*provider, ghost).word(Claim::Word::awaited));
    }
    CHECK(ask(*provider, root.path("/var/log/demo.log")).silent());
    CHECK(ask(*provider, tool).contradicted());
    CHECK(ask(*provider, root.path("/usr/bin/new")).silent());
}

TEST_CASE("rpm: what it set aside is explained, as long as it is what was known") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto config = root.path("/etc/demo/replaced.conf");
    test::put_content(config, "mine");
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer);
    const auto before = observer->look(config, {}, test::later());
    const auto known_of = [&](const std::string& path) { return path == config ? std::optional(before) : std::nullopt; };
    root.install("demo-2-1");
    const auto saved = config + ".rpmsave";
    const auto asked = ask(*provider, saved, DigestAlgorithm::sha256, nullptr, known_of);
    REQUIRE(asked.explained());
    CHECK(asked.explained()->evidence.source == "demo-2-1.noarch");
    CHECK(asked.explained()->evidence.reason.find("which rpm set aside") != std::string::npos);
    CHECK_FALSE(asked.vouched());
    CHECK(ask(*provider, saved).silent());
    test::append_to(saved, "more");
    CHECK(ask(*provider, saved, DigestAlgorithm::sha256, nullptr, known_of).silent());
    test::put_content(root.path("/etc/other.rpmsave"), "mine");
    CHECK(ask(*provider, root.path("/etc/other.rpmsave"), DigestAlgorithm::sha256, nullptr, [&](const auto&) { return std::optional(before); }).silent());
}

// As fanotify and the probes tell of `writer`, which rpm started when the transaction had begun.
std::vector<ActorRef> started_by_rpm(WallTime run, Process writer) {
    Actor actor;
    actor.process = std::move(writer);
    actor.ancestors.push_back(process("/usr/bin/rpm", {"rpm", "-U", "demo.rpm"}, run));
    return {std::make_shared<const Actor>(actor)};
}

Process scriptlet(WallTime start) { return process("/usr/bin/bash", {"/bin/sh", "/var/tmp/rpm-tmp.Xy12ab", "1"}, start); }

TEST_CASE("rpm: what a scriptlet of a signed transaction wrote is explained") {
    const RpmRoot root;
    const auto begun = now();
    root.install("demo-1-1");
    const auto provider = opened(root);
    const auto generated = root.path("/var/generated");
    test::shell("mkdir -p " + root.path("/var"));
    test::put_content(generated, "by a scriptlet");
    const auto asked_of = [&](const std::vector<ActorRef>& actors, const std::string& path) { return ask(*provider, path, DigestAlgorithm::sha256, &actors); };

    const auto asked = asked_of(started_by_rpm(begun, scriptlet(now())), generated);
    REQUIRE(asked.explained());
    const auto& evidence = asked.explained()->evidence;
    CHECK(evidence.source == "demo-1-1.noarch");
    CHECK(evidence.weak);
    CHECK(evidence.transaction == ask(*provider, root.path("/usr/bin/tool")).vouched()->evidence.transaction);
    // Whatever rpm runs that is no scriptlet, whoever else wrote, and what the package has with another content.
    CHECK(asked_of(started_by_rpm(begun, process("/usr/bin/bash", {"sh", "-c", "echo"}, now())), generated).silent());
    auto two = started_by_rpm(begun, scriptlet(now()));
    auto other = std::make_shared<Actor>();
    other->process = process("/usr/bin/vim", {"vim"}, now());
    two.push_back(other);
    CHECK(asked_of(two, generated).silent());
    test::put_content(root.path("/usr/bin/tool"), "tOol 1\n");
    CHECK(asked_of(started_by_rpm(begun, scriptlet(now())), root.path("/usr/bin/tool")).contradicted());
    // One that ran in no transaction of this database.
    CHECK(asked_of(started_by_rpm(begun + std::chrono::hours(1), scriptlet(begun + std::chrono::hours(1))), generated).silent());
}

TEST_CASE("rpm: a scriptlet of a transaction with a package that nobody signed explains nothing") {
    const RpmRoot root;
    const auto begun = now();
    root.install("demo-3-1");
    test::put_content(root.path("/etc/generated"), "by a scriptlet");
    const auto actors = started_by_rpm(begun, scriptlet(now()));
    CHECK(ask(*opened(root), root.path("/etc/generated"), DigestAlgorithm::sha256, &actors).silent());
}

TEST_CASE("rpm: what a scriptlet of a removed package wrote is explained, when it is seen to go") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto provider = opened(root);
    REQUIRE(ask(*provider, root.path("/usr/bin/tool")).vouched());
    std::this_thread::sleep_for(std::chrono::seconds(5));  // transactions are known by seconds, give or take two
    const auto begun = now();
    root.rpm("-e demo");
    test::put_content(root.path("/etc/generated"), "by a scriptlet");
    const auto actors = started_by_rpm(begun, scriptlet(now()));
    const auto asked = ask(*provider, root.path("/etc/generated"), DigestAlgorithm::sha256, &actors);
    REQUIRE(asked.explained());
    CHECK(asked.explained()->evidence.source == "demo-1-1.noarch");
    CHECK(asked.explained()->evidence.transaction.empty());
}

TEST_CASE("rpm: who wrote, by lineage") {
    const auto of = [](Process writer, std::vector<Process> ancestors) {
        Actor actor;
        actor.process = std::move(writer);
        actor.ancestors = std::move(ancestors);
        return rpm::act_of(actor);
    };
    const auto start = now();
    const auto dnf = process("/usr/bin/python3.11", {"/usr/bin/python3", "/usr/bin/dnf", "upgrade"}, start);
    CHECK(of(process("/usr/bin/rpm", {"rpm"}, start), {}).has_value());
    CHECK(of(scriptlet(start), {dnf})->scriptlet == start);
    CHECK(of(process("/usr/sbin/useradd", {"useradd", "x"}, start), {scriptlet(start), dnf}).has_value());
    CHECK(of(process("/usr/sbin/ldconfig", {"/sbin/ldconfig"}, start), {dnf}).has_value());
    CHECK_FALSE(of(scriptlet(start), {process("/usr/bin/bash", {"bash"}, start)}));
    CHECK_FALSE(of(process("/usr/bin/bash", {"sh", "-c", "id"}, start), {process("/usr/bin/rpm", {"rpm", "--eval"}, start)}));
    CHECK_FALSE(of(scriptlet(start), {process("/usr/bin/python3.11", {"/usr/bin/python3", "/tmp/evil.py"}, start)}));

    CHECK(rpm::is_rpms_own("/var/lib/rpm/rpmdb.sqlite-wal"));
    CHECK_FALSE(rpm::is_rpms_own("/var/lib/rpmx"));
    CHECK(rpm::unpacked_for("/usr/bin/x;65f0a1b2") == "/usr/bin/x");
    CHECK(rpm::unpacked_for("/usr/bin/x;65f0a1bZ").empty());
    CHECK(rpm::unpacked_for("/usr/bin/x").empty());
}

TEST_CASE("rpm: names of before the merge of /bin into /usr are found") {
    const RpmRoot root;
    root.install("demo-1-1");
    test::shell("cd " + root.path() + " && mkdir usr/lib && ln -s usr/lib lib");
    CHECK(ask(*opened(root), root.path("/usr/bin/tool")).vouched());
    CHECK(ask(*opened(root), root.path("/usr/lib/tool")).silent());
}

TEST_CASE("rpm: a damaged database is an error that says what to do") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto whole = test::content_of(root.database());
    const auto provider = opened(root);
    test::put_content(root.database(), std::string(whole.size(), 'x'));
    const auto asked = ask(*provider, root.path("/usr/bin/tool"));
    CHECK_FALSE(asked.status);
    CHECK(asked.claims.empty());
    CHECK(asked.status.error().what.find("rpm --rebuilddb") != std::string::npos);
    CHECK(asked.status.error().what.find(root.path("/var/lib/rpm")) != std::string::npos);
    const auto again = open_rpm(root.path());
    CHECK((again || again.error().kind == ErrorKind::corrupt));

    test::put_content(root.database(), whole);
    CHECK(ask(*provider, root.path("/usr/bin/tool")).vouched());
}

TEST_CASE("rpm: where there is no database there is no provider") {
    const test::ScratchDirectory empty;
    const auto provider = open_rpm(empty.path());
    REQUIRE(provider);
    CHECK(*provider == nullptr);
    CHECK(std::filesystem::is_empty(empty.path()));
}

TEST_CASE("rpm: many threads may ask at once") {
    const RpmRoot root;
    root.install("demo-1-1");
    const auto one = opened(root), other = opened(root);
    std::vector<std::thread> threads;
    std::atomic<int> vouched{0};
    for (auto* provider : {one.get(), other.get()})
        threads.emplace_back([&, provider] {
            auto observer = Observer::make(DigestAlgorithm::sha256);
            const auto path = root.path("/usr/bin/tool");
            for (int i = 0; i < 20; ++i) {
                const auto now = observer->look(path, {}, test::later());
                std::vector<Claim> claims;
                if (provider->ask({path, now, {}, DigestAlgorithm::sha256, nullptr, false, test::later(), {}, {}, {}}, claims) && claims.size() == 1) ++vouched;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(vouched == 40);
}

}  // namespace
}  // namespace touchstone
