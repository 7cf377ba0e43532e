#include "touchstone/sweep.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "sweep_ground.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;
using test::KnownTable;
using test::kLookedAt;
using test::TableReader;
using test::WatchedTree;
namespace fs = std::filesystem;

namespace {

struct Collector final : TouchReceiver {
    void touch(Touch touch) override {
        const std::lock_guard lock(mutex);
        touches.push_back(std::move(touch));
    }
    void gap(Gap) override { FAIL("a sweep makes no gaps"); }
    void sweep(SweepRequest) override { FAIL("a sweep asks for no sweeps"); }
    std::mutex mutex;
    std::vector<Touch> touches;
};

class Sweep {
public:
    explicit Sweep(std::vector<Rule> rules) : policy(std::move(rules)) {
        hooks.open_known = [this]() -> Result<std::unique_ptr<KnownReader>> { return std::make_unique<TableReader>(known); };
        hooks.wall_now = [] { return WallTime{Nanoseconds{42}}; };
        hooks.steady_now = [] { return SteadyTime{Nanoseconds{43}}; };
    }
    // The paths of the looks, sorted.
    std::vector<std::string> run(unsigned threads = 1) {
        Collector collector;
        const auto swept = run_sweep(request, policy, filesystems, threads, collector, hooks);
        REQUIRE(swept.has_value());
        result = *swept;
        touches = collector.touches;
        std::vector<std::string> paths;
        for (const auto& touch : touches) paths.push_back(touch.path);
        std::sort(paths.begin(), paths.end());
        CHECK(result.looks == paths.size());
        CHECK(std::adjacent_find(paths.begin(), paths.end()) == paths.end());  // nothing twice
        return paths;
    }
    Policy policy;
    KnownTable known;
    SweepRequest request{"", "boot", SweepDepth::changed, nullptr, "", {}, true};
    SweepHooks hooks;
    std::vector<std::string> filesystems;
    SweepResult result;
    std::vector<Touch> touches;
};

Rule rule(const std::string& path, std::vector<std::string> exclude = {}) {
    Rule made;
    made.path = path;
    made.exclude = std::move(exclude);
    return made;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("what is known and the same is not looked at; new, changed and missing are") {
    WatchedTree tree;
    for (const char* name : {"a", "a.b", "a b", "d/x", "d/y", "e/gone/deep/file", "e/z"}) tree.file(name);
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    CHECK(sweep.run().empty());
    CHECK(sweep.result.objects == 12);
    CHECK(sweep.result.directories == 5);

    tree.file("d/y", "longer");
    tree.file("d/new");
    fs::remove_all(tree / "e/gone");
    const auto looks = sweep.run();
    CHECK(looks == Paths{tree / "d", tree / "d/new", tree / "d/y", tree / "e", tree / "e/gone", tree / "e/gone/deep", tree / "e/gone/deep/file"});
    CHECK(sweep.result.vanished == 3);
    for (const auto& touch : sweep.touches) CHECK(touch.directory == (touch.path == tree / "d" || touch.path == tree / "e" || touch.path.ends_with("gone") || touch.path.ends_with("deep")));
}

TEST_CASE("names of any bytes keep the two sides in step") {
    WatchedTree tree;
    const Paths names{"\x01", " ", "\xff\xfe", "\xc3\xa4", "a\nb", "a", "a.b", "a-", "a0", "\x7f", "-", "zz", std::string(255, 'q')};
    for (const auto& name : names) tree.file(name);
    for (const auto& name : names) tree.file("sub/a" + name.substr(0, 200));
    tree.file("sub.x");
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    CHECK(sweep.run().empty());
    fs::remove(tree / "\xff\xfe");
    fs::remove(tree / "\x01");
    tree.file("\xfe");
    CHECK(sweep.run() == Paths{tree.root, tree / "\x01", tree / "\xfe", tree / "\xff\xfe"});
}

TEST_CASE("each part of the comparison asks for a look by itself") {
    WatchedTree tree;
    tree.file("f");
    tree.directory("d");
    const auto check = [&](const std::string& name, auto change, bool looked) {
        Sweep sweep({rule(tree.root)});
        sweep.known.learn_all(tree.root);
        change(sweep.known.at(tree / name));
        CHECK(sweep.run() == (looked ? Paths{tree / name} : Paths{}));
    };
    check("f", [](Glance&) {}, false);
    check("f", [](Glance& g) { ++g.size; }, true);
    check("f", [](Glance& g) { ++g.id.inode; }, true);
    check("f", [](Glance& g) { ++g.id.device; }, true);
    check("f", [](Glance& g) { g.ctime -= Nanoseconds(1); }, true);
    check("f", [](Glance& g) { g.unreadable = true; }, true);
    check("f", [](Glance& g) { g.type = FileType::fifo; }, true);
    check("f", [](Glance& g) { g.looked_at = g.ctime + kRacyWindow; }, true);
    check("f", [](Glance& g) { g.looked_at = g.ctime + kRacyWindow + Nanoseconds(1); }, false);
    check("d", [](Glance& g) { ++g.size; }, false);
    check("d", [](Glance& g) { ++g.id.inode; }, true);
    check("d", [](Glance& g) { g.ctime -= Nanoseconds(1); }, true);
}

TEST_CASE("a full sweep looks at everything, and says that all is to be read") {
    WatchedTree tree;
    tree.file("d/f");
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    sweep.request.depth = SweepDepth::full;
    const auto actor = std::make_shared<const Actor>();
    sweep.request.actor = actor;
    sweep.request.actor_unknown = "why";
    sweep.request.unwatched_since = WallTime{Nanoseconds{7}};
    CHECK(sweep.run() == Paths{tree.root, tree / "d", tree / "d/f"});
    for (const auto& touch : sweep.touches) {
        CHECK(touch.act == Act::look);
        CHECK(touch.verify_all);
        CHECK(touch.actor == actor);
        CHECK(touch.actor_unknown == "why");
        CHECK(touch.unwatched_since == WallTime{Nanoseconds{7}});
        CHECK(touch.wall == WallTime{Nanoseconds{42}});
        CHECK(touch.at == SteadyTime{Nanoseconds{43}});
    }
}

TEST_CASE("a file that is as it is known to be is looked at when somebody wants it, and nothing else is asked about") {
    WatchedTree tree;
    for (const char* name : {"a", "d/x", "d/out"}) tree.file(name, "four");
    fs::create_symlink("a", tree / "link");
    Sweep sweep({rule(tree.root, {"out"})});
    sweep.known.learn_all(tree.root);
    std::set<std::string> asked;
    sweep.hooks.is_wanted = [&](const std::string& path, std::uint64_t size) {
        CHECK(size == 4);
        asked.insert(path);
        return path == tree / "d/x";
    };
    CHECK(sweep.run() == Paths{tree / "d/x"});
    CHECK(asked == std::set<std::string>{tree / "a", tree / "d/x"});
}

TEST_CASE("excluded paths are neither entered nor looked at") {
    WatchedTree tree;
    for (const char* name : {"keep", "x.swp", "cache/in", "cache/deep/kept/f", "d/x.swp", "d/keep"}) tree.file(name);
    Sweep sweep({rule(tree.root, {"*.swp", tree / "cache"}), rule(tree / "cache/deep/kept")});
    std::set<std::string> listed;
    sweep.hooks.on_directory = [&](const std::string& path, int) { listed.insert(path); };
    CHECK(sweep.run() ==
          Paths{tree.root, tree / "cache/deep/kept", tree / "cache/deep/kept/f", tree / "d", tree / "d/keep", tree / "keep"});
    CHECK(listed == std::set<std::string>{tree.root, tree / "cache", tree / "cache/deep", tree / "cache/deep/kept", tree / "d"});
    CHECK(sweep.result.objects == 6);
}

TEST_CASE("an excluded object that is still known and gone is not looked at") {
    WatchedTree tree;
    tree.file("x.swp");
    tree.file("y");
    Sweep sweep({rule(tree.root, {"*.swp"})});
    sweep.known.learn_all(tree.root);
    fs::remove(tree / "x.swp");
    sweep.known.learn(tree.root);
    CHECK(sweep.run().empty());
}

TEST_CASE("a glob watch walks only what leads to it") {
    WatchedTree tree;
    for (const char* name : {"u1/.ssh/keys", "u1/doc/big", "u2/.ssh/id", "u3/none", "file"}) tree.file(name);
    Sweep sweep({rule(tree / "*/.ssh")});
    std::set<std::string> listed;
    sweep.hooks.on_directory = [&](const std::string& path, int) { listed.insert(path); };
    CHECK(sweep.run() == Paths{tree / "u1/.ssh", tree / "u1/.ssh/keys", tree / "u2/.ssh", tree / "u2/.ssh/id"});
    CHECK(listed.count(tree / "u1/doc") == 0);
    CHECK(listed.count(tree / "u3") == 1);
}

TEST_CASE("what is known in a directory that is gone and was never known itself is found missing") {
    WatchedTree tree;
    for (const char* name : {"home/u/.ssh/keys/key", "home/u/.ssh-not", "home/v/.ssh/id", "home/w/sub/.ssh/id", "home/u-x/.ssh/id"}) tree.file(name);
    Sweep sweep({rule(tree / "home/*/.ssh"), rule(tree / "home/w/*/.ssh")});
    for (const char* name : {"home/u/.ssh", "home/v/.ssh", "home/w/sub/.ssh", "home/u-x/.ssh"}) sweep.known.learn_all(tree / name);
    CHECK(sweep.run().empty());

    SECTION("the directory") {
        fs::remove_all(tree / "home/u");
        CHECK(sweep.run() == Paths{tree / "home/u/.ssh", tree / "home/u/.ssh/keys", tree / "home/u/.ssh/keys/key"});
        CHECK(sweep.result.vanished == 3);
    }
    SECTION("one further up") {
        fs::remove_all(tree / "home/w");
        CHECK(sweep.run() == Paths{tree / "home/w/sub/.ssh", tree / "home/w/sub/.ssh/id"});
    }
    SECTION("where the walk starts") {
        fs::remove_all(tree / "home");
        CHECK(sweep.run(3).size() == 9);
    }
    SECTION("a file is in its place") {
        fs::remove_all(tree / "home/v");
        tree.file("home/v");
        CHECK(sweep.run() == Paths{tree / "home/v/.ssh", tree / "home/v/.ssh/id"});
    }
    SECTION("a link is in its place, and leads to the very same") {
        fs::rename(tree / "home/v", tree / "elsewhere");
        fs::create_symlink(tree / "elsewhere", tree / "home/v");
        CHECK(sweep.run() == Paths{tree / "home/v/.ssh", tree / "home/v/.ssh/id"});
    }
    SECTION("what lies outside the scope is left alone") {
        fs::remove_all(tree / "home/u");
        fs::remove_all(tree / "home/v");
        sweep.request.scope = tree / "home/v";
        CHECK(sweep.run() == Paths{tree / "home/v/.ssh", tree / "home/v/.ssh/id"});
    }
}

TEST_CASE("what is known below a name that is known to be gone is found missing") {
    WatchedTree tree;
    for (const char* name : {"a/b/c/f", "a/b/g", "other"}) tree.file(name);
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    fs::remove_all(tree / "a");
    tree.file("a", "now a file");
    sweep.known.learn(tree.root);
    sweep.known.learn(tree / "a");  // that was told, and then the daemon was killed
    CHECK(sweep.run() == Paths{tree / "a/b", tree / "a/b/c", tree / "a/b/c/f", tree / "a/b/g"});
    sweep.known.rows.at(tree / "a").erase("b");
    CHECK(sweep.run() == Paths{tree / "a/b/c", tree / "a/b/c/f", tree / "a/b/g"});
}

TEST_CASE("a watch with a more specific one inside, by glob, still covers the rest") {
    WatchedTree tree;
    for (const char* name : {"u1/.ssh/keys", "u1/doc/skip", "u1/doc/f"}) tree.file(name);
    Sweep sweep({rule(tree.root, {tree / "u1/doc/skip"}), rule(tree / "*/.ssh", {"keys"})});
    CHECK(sweep.run() == Paths{tree.root, tree / "u1", tree / "u1/.ssh", tree / "u1/doc", tree / "u1/doc/f"});
}

TEST_CASE("the scope bounds the sweep") {
    WatchedTree tree;
    for (const char* name : {"a/f", "a/sub/g", "b/h", "ab"}) tree.file(name);
    Sweep sweep({rule(tree.root, {"sub"})});
    const auto swept = [&](const std::string& scope) {
        sweep.request.scope = scope;
        return sweep.run();
    };
    CHECK(swept(tree / "a") == Paths{tree / "a", tree / "a/f"});
    CHECK(swept((tree / "a") + "/") == Paths{tree / "a", tree / "a/f"});
    CHECK(swept(tree / "b/h") == Paths{tree / "b/h"});
    CHECK(swept(tree / "a/sub").empty());    // excluded
    CHECK(swept(tree / "a/sub/g").empty());
    CHECK(swept("/nowhere/near").empty());
    CHECK(swept("/").size() == 6);
    CHECK(swept(fs::path(tree.root).parent_path().string()).size() == 6);
    CHECK(swept(tree / "missing").empty());
    CHECK(swept(tree / "ab/below-a-file").empty());
}

TEST_CASE("a scope that is gone: everything known at and below it is looked at") {
    WatchedTree tree;
    tree.file("d/e/f");
    tree.file("g");
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    fs::remove_all(tree / "d");
    fs::remove(tree / "g");
    sweep.request.scope = tree / "d";
    CHECK(sweep.run() == Paths{tree / "d", tree / "d/e", tree / "d/e/f"});
    CHECK(sweep.result.vanished == 3);
    sweep.request.scope = tree / "d/e";  // its parent is gone as well
    CHECK(sweep.run() == Paths{tree / "d/e", tree / "d/e/f"});
    sweep.request.scope = tree / "g";
    CHECK(sweep.run() == Paths{tree / "g"});
    CHECK_FALSE(sweep.touches[0].directory);
}

TEST_CASE("a watch that has gone with its parents is found missing") {
    WatchedTree tree;
    tree.file("opt/app/etc/conf");
    Sweep sweep({rule(tree / "opt/app/etc")});
    sweep.known.learn_all(tree / "opt/app/etc");
    fs::remove_all(tree / "opt");
    CHECK(sweep.run() == Paths{tree / "opt/app/etc", tree / "opt/app/etc/conf"});
}

TEST_CASE("a known directory replaced by a file or a link: what was below is looked at, and the link is not followed") {
    WatchedTree tree;
    tree.file("d/f");
    tree.file("l/f");
    tree.file("other/f");
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    fs::remove_all(tree / "d");
    fs::remove_all(tree / "l");
    tree.file("d");
    fs::create_directory_symlink("other", tree / "l");
    CHECK(sweep.run() == Paths{tree.root, tree / "d", tree / "d/f", tree / "l", tree / "l/f"});
    CHECK(sweep.result.vanished == 2);
}

TEST_CASE("symbolic links are objects: loops, and links in the way to a watch") {
    WatchedTree tree;
    tree.file("d/f");
    fs::create_directory_symlink("..", tree / "d/up");
    fs::create_directory_symlink("d", tree / "alias");
    Sweep sweep({rule(tree.root)});
    CHECK(sweep.run() == Paths{tree.root, tree / "alias", tree / "d", tree / "d/f", tree / "d/up"});
    Sweep through({rule(tree / "alias/f")});
    CHECK(through.run().empty());
    CHECK(through.result.skipped == Paths{tree / "alias/f (reached only through a symbolic link)"});  // said, not silently left out
    Sweep itself({rule(tree / "alias")});
    CHECK(itself.run() == Paths{tree / "alias"});
}

TEST_CASE("hard links are announced with their directory, once for each name") {
    WatchedTree tree;
    tree.file("d/one");
    fs::create_hard_link(tree / "d/one", tree / "two");
    tree.file("single");
    Sweep sweep({rule(tree.root)});
    Paths links;
    sweep.hooks.on_link = [&](const std::string& directory, const std::string& name, int fd) {
        struct stat st {};
        REQUIRE(::fstatat(fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0);
        CHECK(st.st_nlink == 2);
        links.push_back(directory + "|" + name);
    };
    sweep.run();
    std::sort(links.begin(), links.end());
    CHECK(links == Paths{(tree / "d") + "|one", tree.root + "|two"});
    links.clear();
    sweep.request.scope = tree / "two";
    sweep.run();
    CHECK(links == Paths{tree.root + "|two"});
}

TEST_CASE("the directory hook comes before the listing") {
    WatchedTree tree;
    tree.directory("d");
    Sweep sweep({rule(tree.root)});
    sweep.hooks.on_directory = [&](const std::string& path, int fd) {
        if (path != tree / "d") return;
        const Fd made(::openat(fd, "late", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        REQUIRE(made);
    };
    CHECK(sweep.run() == Paths{tree.root, tree / "d", tree / "d/late"});
}

TEST_CASE("the receiver's room is asked for before every look") {
    WatchedTree tree;
    tree.file("d/f");
    Sweep sweep({rule(tree.root)});
    int asked = 0;
    sweep.hooks.wait_for_room = [&] { ++asked; };
    sweep.run();
    CHECK(asked == 3);
}

TEST_CASE("a sweep stops when told, and says so") {
    WatchedTree tree;
    for (int i = 0; i < 50; ++i) tree.file("d" + std::to_string(i) + "/f");
    for (unsigned threads : {1u, 3u}) {
        Sweep sweep({rule(tree.root)});
        std::atomic<int> left = 5;
        sweep.hooks.keep_going = [&] { return --left >= 0; };
        sweep.run(threads);
        CHECK(sweep.result.cancelled);
        CHECK(sweep.result.directories <= 5);
    }
}

TEST_CASE("a sweep stops within a big directory") {
    WatchedTree tree;
    for (int i = 0; i < 3000; ++i) tree.file("f" + std::to_string(i), "");
    Sweep sweep({rule(tree.root)});
    int asked = 0;
    sweep.hooks.keep_going = [&] { return ++asked <= 2; };
    CHECK(sweep.run().size() < 1200);
    CHECK(sweep.result.cancelled);
}

TEST_CASE("any number of threads finds the same") {
    WatchedTree tree;
    for (int i = 0; i < 20; ++i)
        for (int k = 0; k < 20; ++k) tree.file("d" + std::to_string(i) + "/s" + std::to_string(k) + "/f" + std::to_string(k));
    Sweep sweep({rule(tree.root, {"s7"})});
    sweep.known.learn_all(tree.root);
    for (int i = 0; i < 20; ++i) fs::remove_all(tree / "d" + std::to_string(i) + "/s" + std::to_string(i));
    tree.file("d3/s4/new");
    const auto one = sweep.run(1);
    const auto counted = sweep.result;
    CHECK(one.size() > 50);
    for (unsigned threads : {2u, 8u}) {
        CHECK(sweep.run(threads) == one);
        CHECK(sweep.result.objects == counted.objects);
        CHECK(sweep.result.directories == counted.directories);
        CHECK(sweep.result.vanished == counted.vanished);
    }
}

TEST_CASE("paths longer than PATH_MAX are walked, and freed, without recursion") {
    WatchedTree tree;
    constexpr int kDepth = 1000;
    const std::string name = "level";
    std::string path = tree.root;
    {
        Fd at(::open(tree.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        for (int i = 0; i < kDepth; ++i) {
            REQUIRE(::mkdirat(at.get(), name.c_str(), 0700) == 0);
            at.reset(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            REQUIRE(at);
            path += "/" + name;
        }
        const Fd file(::openat(at.get(), "bottom", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        REQUIRE(file);
    }
    Sweep sweep({rule(tree.root)});
    const auto looks = sweep.run(2);
    CHECK(looks.size() == kDepth + 2);
    CHECK(looks.back() == path + "/bottom");
    sweep.request.scope = path + "/bottom";
    CHECK(sweep.run() == Paths{path + "/bottom"});

    // And it is found missing again.
    Glance glance;
    glance.type = FileType::directory;
    sweep.known.put(tree / "lost", glance);
    std::string lost = tree / "lost";
    for (int i = 0; i < kDepth; ++i) sweep.known.put(lost += "/" + name, glance);
    sweep.request.scope = tree / "lost";
    CHECK(sweep.run().size() == kDepth + 1);
}

TEST_CASE("a tree of many levels and branches is walked under its own names, with few descriptors") {
    const auto descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
    WatchedTree tree;
    std::string path = "n";
    Paths all{tree.root, tree / "n"};
    for (int level = 0; level < 300; ++level) {
        for (const char* twig : {"/a", "/x/y", "/z"}) tree.directory(path + twig);
        all.insert(all.end(), {tree / (path + "/a"), tree / (path + "/x"), tree / (path + "/x/y"), tree / (path + "/z")});
        path += "/" + std::string(1, static_cast<char>('l' + level % 7));
        tree.directory(path);
        all.push_back(tree / path);
    }
    std::sort(all.begin(), all.end());
    Sweep sweep({rule(tree.root)});
    const auto before = descriptors();
    std::ptrdiff_t most = 0;
    sweep.hooks.on_directory = [&](const std::string& directory, int fd) {
        struct stat by_path {}, by_descriptor {};
        CHECK(::stat(directory.c_str(), &by_path) == 0);
        CHECK(::fstat(fd, &by_descriptor) == 0);
        CHECK(by_path.st_ino == by_descriptor.st_ino);
        most = std::max(most, descriptors());
    };
    CHECK(sweep.run() == all);
    CHECK(most - before <= 8);
    CHECK(descriptors() == before);
    sweep.hooks.on_directory = {};
    CHECK(sweep.run(4) == all);
}

TEST_CASE("a directory that cannot be read is looked at and counted") {
    if (::geteuid() == 0) return;  // root may read everything; the errors of file systems are made in the kernel tests
    WatchedTree tree;
    tree.file("d/f");
    tree.file("e");
    Sweep sweep({rule(tree.root)});
    sweep.known.learn_all(tree.root);
    REQUIRE(::chmod((tree / "d").c_str(), 0) == 0);
    sweep.known.learn(tree / "d");
    CHECK(sweep.run() == Paths{tree / "d"});
    CHECK(sweep.result.failures == 1);
    REQUIRE(::chmod((tree / "d").c_str(), 0700) == 0);
}

TEST_CASE("pseudo file systems are skipped and named, and what is known below them is looked at") {
    Sweep sweep({rule("/")});
    sweep.request.scope = "/proc";
    Glance glance;
    sweep.known.put("/proc/hidden", glance);
    CHECK(sweep.run() == Paths{"/proc", "/proc/hidden"});
    CHECK(sweep.result.skipped == Paths{"/proc (proc)"});
    CHECK(sweep.result.directories == 0);
    sweep.request.scope = "/proc/self";
    CHECK(sweep.run().empty());
    CHECK(sweep.result.skipped == Paths{"/proc (proc)"});
}

TEST_CASE("a pseudo file system is entered when named, or as far as a watch starts on it") {
    Sweep named({rule("/proc/sys/kernel/random")});
    CHECK(named.run().size() > 3);
    Sweep with_root({rule("/"), rule("/proc/sys/kernel/random")});
    with_root.request.scope = "/proc";
    const auto looks = with_root.run();
    for (const auto& path : looks) CHECK((path == "/proc" || is_within(path, "/proc/sys/kernel/random")));
    CHECK(looks.size() > 3);
    Sweep by_type({rule("/")});
    by_type.request.scope = "/proc/sys/kernel/random";
    by_type.filesystems = {"proc"};
    CHECK(by_type.run().size() > 3);
}

TEST_CASE("errors of what is known end the sweep") {
    WatchedTree tree;
    tree.file("d/f");
    Sweep sweep({rule(tree.root)});
    Collector collector;
    sweep.hooks.open_known = []() -> Result<std::unique_ptr<KnownReader>> { return fail(Error{"open: damaged", ErrorKind::corrupt, 0}); };
    auto swept = run_sweep(sweep.request, sweep.policy, {}, 2, collector, sweep.hooks);
    REQUIRE_FALSE(swept);
    CHECK(swept.error().kind == ErrorKind::corrupt);

    struct Damaged final : KnownReader {
        Result<std::optional<Observation>> find(const std::string&) override { return std::nullopt; }
        Status children(const std::string& directory, const std::function<bool(const Glance&)>&) override {
            return directory.ends_with("/d") ? Status(fail(Error{"read: damaged", ErrorKind::corrupt, 0})) : Status();
        }
        Result<std::optional<std::string>> next_directory(const std::string&, const std::string&) override { return std::nullopt; }
        Result<std::vector<std::string>> paths_of(ObjectId) override { return std::vector<std::string>{}; }
    };
    sweep.hooks.open_known = []() -> Result<std::unique_ptr<KnownReader>> { return std::make_unique<Damaged>(); };
    swept = run_sweep(sweep.request, sweep.policy, {}, 2, collector, sweep.hooks);
    REQUIRE_FALSE(swept);
    CHECK(swept.error().what == "read: damaged");
}
