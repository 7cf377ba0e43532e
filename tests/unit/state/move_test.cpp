#include <catch2/catch.hpp>

#include "touchstone/state.hpp"
#include "unit/baseline/samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

namespace {

std::vector<std::string> reported(const std::string& state_directory) {
    std::vector<std::string> out;
    auto store = KnownStore::open("", state_directory);
    REQUIRE(store);
    REQUIRE(store->each_reported("", [&](const Observation& each) {
        out.push_back((each.absent() ? "-" : "+") + each.path);
        return true;
    }));
    return out;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("a renamed directory takes along what is known below it") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/a", 1), seen("/a/x", 2), seen("/a/y", 3), seen("/a/d/z", 4), seen("/ab/x", 5), seen("/a-b", 6)}));
    auto baseline = BaselineReader::open(directory / "b");
    auto state = State::open(directory / "state");
    REQUIRE(state);
    REQUIRE(state->put(seen("/a/x", 20)));   // reported otherwise
    REQUIRE(state->put(gone("/a/y")));       // reported gone
    REQUIRE(state->put(seen("/a/new", 21))); // the baseline never had it
    REQUIRE(state->put(gone("/a/odd")));     // an absence that the baseline does not have either
    REQUIRE(state->put(seen("/a/d/deep/n", 22)));
    REQUIRE(state->put(seen("/ab/new", 23)));

    CHECK(state->move_tree("/a", "/t/b", &*baseline).value() == 5);
    CHECK(reported(directory / "state") ==
          Rows{"-/a", "-/a/odd", "-/a/x", "-/a/y", "-/a/d/z", "+/ab/new", "+/t/b", "+/t/b/new", "+/t/b/x", "+/t/b/d/z", "+/t/b/d/deep/n"});
    CHECK(same(*state->find("/t/b/x").value(), seen("/t/b/x", 20)));
    CHECK(same(*state->find("/t/b/d/z").value(), seen("/t/b/d/z", 4)));

    SECTION("and back again to where the baseline has it") {
        CHECK(state->move_tree("/t/b", "/a", &*baseline).value() == 5);
        CHECK(reported(directory / "state") == Rows{"+/a/new", "-/a/odd", "+/a/x", "-/a/y", "+/a/d/deep/n", "+/ab/new"});
    }
    SECTION("and on, leaving nothing where the baseline had nothing") {
        CHECK(state->move_tree("/t/b", "/c", &*baseline).value() == 5);
        CHECK(state->find("/t/b/x").value() == std::nullopt);
        CHECK(state->find("/c/d/z").value()->attributes()->id.inode == 4);
        CHECK(state->find("/a").value()->absent());
    }
}

TEST_CASE("a single file moves, and without a baseline") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state->put(seen("/log", 1)));
    REQUIRE(state->put(seen("/logs/x", 2)));
    CHECK(state->move_tree("/log", "/log.1", nullptr).value() == 1);
    CHECK(reported(directory.path()) == Rows{"+/log.1", "+/logs/x"});
    CHECK(state->move_tree("/nothing", "/x", nullptr).value() == 0);
    CHECK(state->move_tree("/log.1", "/log.1", nullptr).value() == 0);
}

TEST_CASE("a tree of many pages moves whole, in and out of a transaction") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    REQUIRE(state->begin());
    for (std::uint64_t i = 0; i < 1500; ++i) {
        const auto deep = i % 3 == 0 ? "/d" : i % 3 == 1 ? "/d/sub" + std::to_string(i % 50) : std::string("/d/!x/y");
        REQUIRE(state->put(seen(deep + "/" + std::to_string(i), i)));
        if (i % 10 == 0) REQUIRE(state->put(gone("/d/gone" + std::to_string(i))));
    }
    CHECK(state->move_tree("/d", "/e", nullptr).value() == 1500);
    REQUIRE(state->commit());
    std::size_t moved = 0;
    std::size_t stayed = 0;
    for (const auto& row : reported(directory.path())) {
        moved += row.starts_with("+/e/");
        stayed += row.starts_with("-/d/");
    }
    CHECK(moved == 1500);
    CHECK(stayed == 150);
    CHECK(state->find("/e/sub1/1").value()->attributes()->id.inode == 1);
}

TEST_CASE("a move into itself is refused") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    CHECK(state->move_tree("/a", "/a/b", nullptr).error().kind == ErrorKind::bad_input);
    CHECK(state->move_tree("/a/b", "/a", nullptr).error().kind == ErrorKind::bad_input);
    CHECK(state->move_tree("/", "/a", nullptr).error().kind == ErrorKind::bad_input);
    CHECK(state->move_tree("a", "/b", nullptr).error().kind == ErrorKind::bad_input);
}

TEST_CASE("directories that change places each take their own along") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/a", 1), seen("/a/both", 2), seen("/a/only-a", 3), seen("/b", 11), seen("/b/both", 12), seen("/b/d/only-b", 13)}));
    auto baseline = BaselineReader::open(directory / "b");
    auto state = State::open(directory / "state");
    REQUIRE(state->put(seen("/a/new", 4)));
    REQUIRE(state->put(gone("/a/only-a")));

    REQUIRE(state->begin());
    CHECK(state->move_trees({{"/a", "/b"}, {"/b", "/a"}}, &*baseline).value() == std::vector<std::uint64_t>{3, 3});
    REQUIRE(state->commit());
    CHECK(reported(directory / "state") ==
          Rows{"+/a", "+/b", "+/a/both", "-/a/only-a", "+/a/d/only-b", "+/b/both", "+/b/new", "-/b/d/only-b"});
    CHECK(same(*state->find("/a/both").value(), seen("/a/both", 12)));
    CHECK(same(*state->find("/b/both").value(), seen("/b/both", 2)));
    CHECK(same(*state->find("/b").value(), seen("/b", 1)));

    SECTION("and back: the baseline holds again") {
        CHECK(state->move_trees({{"/b", "/a"}, {"/a", "/b"}}, &*baseline).value() == std::vector<std::uint64_t>{3, 3});
        CHECK(reported(directory / "state") == Rows{"+/a/new", "-/a/only-a"});
    }
}

TEST_CASE("directories move up in a row, whatever order they are told in") {
    const auto moves = GENERATE(std::vector<TreeMove>{{"/b", "/a"}, {"/c", "/b"}}, std::vector<TreeMove>{{"/c", "/b"}, {"/b", "/a"}});
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    for (const auto* path : {"/b", "/b/b", "/c", "/c/c"}) REQUIRE(state->put(seen(path, 1)));
    REQUIRE(state->move_trees(moves, nullptr));
    CHECK(reported(directory.path()) == Rows{"+/a", "+/b", "+/a/b", "+/b/c"});
}

TEST_CASE("a circle of three directories") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    for (const auto* path : {"/a/a", "/b/b", "/c/c"}) REQUIRE(state->put(seen(path, 1)));
    REQUIRE(state->move_trees({{"/a", "/b"}, {"/b", "/c"}, {"/c", "/a"}}, nullptr));
    CHECK(reported(directory.path()) == Rows{"+/a/c", "+/b/a", "+/c/b"});
}

TEST_CASE("a directory that comes out of another is not taken along by it") {
    ScratchDirectory directory;
    auto state = State::open(directory.path());
    for (const auto* path : {"/a/x", "/a/in/y"}) REQUIRE(state->put(seen(path, 1)));
    SECTION("both go elsewhere") {
        CHECK(state->move_trees({{"/a", "/b"}, {"/a/in", "/c"}}, nullptr).value() == std::vector<std::uint64_t>{1, 1});
        CHECK(reported(directory.path()) == Rows{"+/b/x", "+/c/y"});
    }
    SECTION("it takes the place of what held it") {
        CHECK(state->move_trees({{"/a/in", "/a"}}, nullptr).value() == std::vector<std::uint64_t>{1});
        CHECK(reported(directory.path()) == Rows{"+/a/x", "+/a/y"});
    }
}
