#include "tree.hpp"

using namespace touchstone;

namespace {

Observation row(const std::string& path, Look look, bool follows) {
    Observation made;
    made.path = path;
    made.look = std::move(look);
    made.follows_baseline = follows;
    return made;
}

Attributes sized(std::uint64_t size) {
    Attributes made;
    made.size = size;
    return made;
}

}  // namespace

TEST_CASE("without a baseline there is nothing to expect") {
    const Tree tree;
    const auto expected = tree.expected()();
    REQUIRE_FALSE(expected);
    CHECK(expected.error().code == ENOENT);
}

TEST_CASE("the baseline speaks, and a log's row of the state stands in only where it follows the baseline") {
    const Tree tree;
    for (const char* name : {"w/followed", "w/reported", "w/gone"}) tree.write(name, "12345");
    build_baseline(tree, tree.watch(Profile::log));
    put_into_state(tree, row(tree.path("w/followed"), sized(77), true));
    put_into_state(tree, row(tree.path("w/reported"), sized(88), false));
    put_into_state(tree, row(tree.path("w/gone"), Absent{}, true));
    put_into_state(tree, row(tree.path("w/new"), sized(99), true));
    auto expected = tree.expected()();
    REQUIRE(expected);
    const auto size_of = [&](const char* name, Profile profile) -> std::optional<std::uint64_t> {
        const auto found = (*expected)->find(tree.path(name), profile);
        REQUIRE(found);
        return *found ? std::optional((*found)->attributes()->size) : std::nullopt;
    };
    CHECK(size_of("w/followed", Profile::log) == 77);
    CHECK(size_of("w/followed", Profile::content) == 5);
    CHECK(size_of("w/reported", Profile::log) == 5);
    CHECK(size_of("w/gone", Profile::log) == std::nullopt);
    CHECK(size_of("w/new", Profile::log) == 99);
}

TEST_CASE("stand-ins are those that the baseline does not have") {
    const Tree tree;
    tree.write("w/followed", "12345");
    build_baseline(tree, tree.watch(Profile::log));
    put_into_state(tree, row(tree.path("w/followed"), sized(77), true));
    put_into_state(tree, row(tree.path("w/new"), sized(99), true));
    put_into_state(tree, row(tree.path("w/reported"), sized(99), false));
    put_into_state(tree, row(tree.path("w/gone"), Absent{}, true));
    auto expected = tree.expected()();
    REQUIRE(expected);
    std::vector<std::string> names;
    REQUIRE((*expected)->each_stand_in("", [&](const Observation& each) {
        names.push_back(each.path);
        return true;
    }));
    CHECK(names == std::vector<std::string>{tree.path("w/new")});
}

TEST_CASE("a damaged state is left out, and said; the baseline still speaks") {
    const Tree tree;
    tree.write("w/a", "12345");
    build_baseline(tree, tree.watch());
    tree.write("state/state.db", std::string(8192, 'x'));
    auto expected = tree.expected()();
    REQUIRE(expected);
    CHECK((*expected)->state_failure());
    CHECK((*expected)->store() == nullptr);
    const auto found = (*expected)->find(tree.path("w/a"));
    REQUIRE(found);
    CHECK(found->has_value());
}
