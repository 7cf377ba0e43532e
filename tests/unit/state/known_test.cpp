#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "touchstone/state.hpp"
#include "unit/baseline/samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

using Paths = std::vector<std::string>;

struct Both {
    explicit Both(const std::vector<Observation>& baseline, const std::vector<Observation>& reported) {
        REQUIRE(write(directory / "b", baseline));
        auto state = State::open(directory / "state");
        REQUIRE(state);
        for (const auto& row : reported) REQUIRE(state->put(row));
    }
    KnownStore open() {
        auto store = KnownStore::open(directory / "b", directory / "state");
        REQUIRE(store);
        return std::move(*store);
    }
    ScratchDirectory directory;
};

Paths first(KnownStore& store, const std::string& directory, std::size_t count) {
    Paths out;
    REQUIRE(store.children(directory, [&](const Glance& glance) {
        out.push_back(glance.name);
        return out.size() < count;
    }));
    return out;
}

}  // namespace

TEST_CASE("every directory that something is known in, the baseline's and what was reported, each once") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/a/x", 1), seen("/a/y", 1), seen("/home/u/.ssh", 2), seen("/home/u/.ssh/id", 3), seen("/home/u-x/.ssh", 4)}));
    auto state = State::open(directory / "state");
    REQUIRE(state->put(seen("/home/u/.ssh/new", 5)));
    REQUIRE(state->put(gone("/home/w/.ssh")));
    REQUIRE(state->put(seen("/top", 6)));
    const auto all = [&](KnownReader&& reader, const std::string& scope) {
        std::string text;
        for (std::string last;; text += last + " ") {
            const auto next = reader.next_directory(scope, last);
            REQUIRE(next);
            if (!*next) return text;
            last = **next;
        }
    };
    auto store = KnownStore::open(directory / "b", directory / "state");
    REQUIRE(store);
    CHECK(all(std::move(*store), "") == "/ /a /home/u /home/u-x /home/u/.ssh /home/w ");
    CHECK(all(std::move(*store), "/") == all(std::move(*store), ""));
    CHECK(all(std::move(*store), "/home") == "/home/u /home/u-x /home/u/.ssh /home/w ");
    CHECK(all(std::move(*store), "/home/u") == "/home/u /home/u/.ssh ");
    CHECK(all(std::move(*store), "/home/u/.ssh/id") == "");
    CHECK(all(*KnownStore::open(directory / "b", ""), "") == "/a /home/u /home/u-x /home/u/.ssh ");
    CHECK(all(*KnownStore::open("", directory / "state"), "") == "/ /home/u/.ssh /home/w ");
    CHECK(all(*KnownStore::open("", ""), "") == "");
}

TEST_CASE("children are merged in byte order, reported rows win, absences hide") {
    Both both({seen("/d/a", 1), seen("/d/a.b", 2), seen("/d/a/x", 3), seen("/d/c", 4), seen("/d/e", 5), seen("/d/z", 6)},
              {seen("/d/0", 10), seen("/d/a.a", 11), gone("/d/a.b"), seen("/d/c", 12), seen("/d/a/y", 13), gone("/d/never"), seen("/d/zz", 14),
               gone("/d/zzz")});
    auto store = both.open();
    CHECK(names(store, "/d") == Paths{"0", "a", "a.a", "c", "e", "z", "zz"});
    CHECK(names(store, "/d/a") == Paths{"x", "y"});
    CHECK(names(store, "/none").empty());
    std::vector<std::uint64_t> inodes;
    REQUIRE(store.children("/d", [&](const Glance& glance) {
        inodes.push_back(glance.id.inode);
        return true;
    }));
    CHECK(inodes == std::vector<std::uint64_t>{10, 1, 11, 12, 5, 6, 14});
    for (std::size_t count = 1; count <= 7; ++count) CHECK(first(store, "/d", count).size() == count);
}

TEST_CASE("a reader that holds answers of one moment, until it holds again") {
    Both both({seen("/d/a", 1)}, {seen("/d/b", 2)});
    auto state = State::open(both.directory / "state");
    REQUIRE(state);
    auto fresh = both.open();
    auto held = both.open();
    held.hold();
    REQUIRE(names(held, "/d") == Paths{"a", "b"});
    REQUIRE(state->put(seen("/d/c", 3)));
    CHECK(names(held, "/d") == Paths{"a", "b"});
    CHECK(names(fresh, "/d") == Paths{"a", "b", "c"});
    held.hold();
    CHECK(names(held, "/d") == Paths{"a", "b", "c"});
}

TEST_CASE("merging ends well whichever side ends first") {
    SECTION("only reported") {
        Both both({}, {seen("/d/a", 1), gone("/d/b"), seen("/d/c", 2)});
        auto store = both.open();
        CHECK(names(store, "/d") == Paths{"a", "c"});
        CHECK(first(store, "/d", 1) == Paths{"a"});
    }
    SECTION("only baseline") {
        Both both({seen("/d/a", 1), seen("/d/c", 2)}, {});
        auto store = both.open();
        CHECK(names(store, "/d") == Paths{"a", "c"});
    }
    SECTION("all gone") {
        Both both({seen("/d/a", 1), seen("/d/c", 2)}, {gone("/d/a"), gone("/d/c")});
        auto store = both.open();
        CHECK(names(store, "/d").empty());
    }
}

TEST_CASE("find gives what was last reported, also an absence, else the baseline") {
    Both both({seen("/a", 1), seen("/b", 2), seen("/c", 3)}, {seen("/a", 9), gone("/b"), seen("/new", 8)});
    auto store = both.open();
    CHECK(store.find("/a").value()->attributes()->id.inode == 9);
    CHECK(store.find("/b").value()->absent());
    CHECK(store.find("/c").value()->attributes()->id.inode == 3);
    CHECK(store.find("/new").value()->attributes()->id.inode == 8);
    CHECK(store.find("/none").value() == std::nullopt);
    REQUIRE(store.baseline() != nullptr);
    CHECK(store.baseline()->find("/b").value()->attributes()->id.inode == 2);
}

TEST_CASE("paths of an inode leave out what has been reported otherwise") {
    Both both({seen("/a", 7), seen("/b", 7), seen("/c", 7), seen("/d", 7)}, {gone("/a"), seen("/b", 8), seen("/c", 7), seen("/new", 7)});
    auto store = both.open();
    CHECK(store.paths_of({0xfe00, 7}).value() == Paths{"/c", "/d", "/new"});
    CHECK(store.paths_of({0xfe00, 8}).value() == Paths{"/b"});
    CHECK(store.paths_of({0xfe00, 9})->empty());
}

TEST_CASE("what was reported is listed with its absences") {
    Both both({seen("/d/a", 1)}, {gone("/d/a"), seen("/d", 2), seen("/d/b/c", 3), seen("/e", 4)});
    auto store = both.open();
    Paths paths;
    REQUIRE(store.each_reported("/d", [&](const Observation& each) {
        paths.push_back(each.path);
        return true;
    }));
    CHECK(paths == Paths{"/d", "/d/a", "/d/b/c"});
}

TEST_CASE("either part may be missing") {
    ScratchDirectory directory;
    auto neither = KnownStore::open(directory / "b", directory / "state");
    REQUIRE(neither);
    CHECK(neither->baseline() == nullptr);
    CHECK(neither->find("/a").value() == std::nullopt);
    CHECK(names(*neither, "/").empty());
    CHECK(neither->paths_of({1, 2})->empty());
    CHECK(neither->value("x").value() == std::nullopt);
    CHECK(neither->each_reported("", [](const Observation&) { return true; }));
    CHECK_FALSE(std::filesystem::exists(directory / "state"));

    REQUIRE(write(directory / "b", {seen("/a", 1)}));
    auto baseline_only = KnownStore::open(directory / "b", directory / "state");
    REQUIRE(baseline_only);
    CHECK(names(*baseline_only, "/") == Paths{"a"});
    CHECK(baseline_only->paths_of({0xfe00, 1}).value() == Paths{"/a"});

    REQUIRE(State::open(directory / "state")->put(seen("/s", 2)));
    auto state_only = KnownStore::open(directory / "none", directory / "state");
    REQUIRE(state_only);
    CHECK(names(*state_only, "/") == Paths{"s"});

    put_content(directory / "b", "no baseline");
    CHECK(KnownStore::open(directory / "b", directory / "state").error().kind == ErrorKind::corrupt);
    put_content(directory / "state/state.db", "no state, yet long enough to be looked at as a database header of a hundred bytes or so, which it is not");
    CHECK(KnownStore::open("", directory / "state").error().kind == ErrorKind::corrupt);
    put_content(directory / "state/state.db", "");
    CHECK(KnownStore::open("", directory / "state"));  // a daemon is just making it
}

TEST_CASE("readers see each commit of a writer beside them, and never half of one") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state);
    auto store = KnownStore::open("", directory.path());
    REQUIRE(store);
    for (std::uint64_t round = 1; round <= 50; ++round) {
        REQUIRE(state->begin());
        REQUIRE(state->put(seen("/a", round)));
        REQUIRE(state->put(seen("/b", round)));
        if (round > 1) CHECK(store->find("/a").value()->attributes()->id.inode == round - 1);
        REQUIRE(state->commit());
        CHECK(store->find("/b").value()->attributes()->id.inode == round);
    }
    // A read that is still going on keeps seeing what it began with.
    std::vector<std::uint64_t> inodes;
    REQUIRE(store->children("/", [&](const Glance& glance) {
        if (inodes.empty()) REQUIRE(state->put(seen("/b", 1000)));
        inodes.push_back(glance.id.inode);
        return true;
    }));
    CHECK(inodes == std::vector<std::uint64_t>{50, 50});
    CHECK(store->find("/b").value()->attributes()->id.inode == 1000);
}

TEST_CASE("a state that may only be read, without a daemon, can be read by another user") {
    if (::geteuid() != 0) return;  // only root can become somebody else
    ScratchDirectory directory;
    REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
    REQUIRE(State::open(directory / "state")->put(seen("/s", 2)));
    REQUIRE(::chmod((directory / "state").c_str(), 0755) == 0);
    REQUIRE(::chmod((directory / "state/state.db").c_str(), 0644) == 0);
    const auto read_as_nobody = [&] {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(2);
            auto store = KnownStore::open("", directory / "state");
            if (!store) ::_exit(store.error().kind == ErrorKind::no_permission ? 3 : 4);
            const auto found = store->find("/s");
            ::_exit(found && *found ? 0 : 5);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    };
    CHECK(read_as_nobody() == 0);
    REQUIRE(::chmod((directory / "state").c_str(), 0700) == 0);
    CHECK(read_as_nobody() == 3);
}
