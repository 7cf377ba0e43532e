// Rotations as a survey of a real tree sees them.
#include "tree.hpp"

using namespace touchstone;

namespace {

ByPath after(const Tree& tree) { return survey_all(tree.watch(Profile::log), options_for_tests(), tree.expected()); }

}  // namespace

TEST_CASE("a log that was renamed and begun anew is shown to be in its sibling, and the sibling to come from it") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    tree.rename("w/app.log", "w/app.log.1");
    tree.write("w/app.log", "begun anew\n");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log")).rotation.to == tree.path("w/app.log.1"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotation.from == tree.path("w/app.log"));
}

TEST_CASE("each member of a chain is found one place further") {
    const Tree tree;
    tree.write("w/app.log", "newest\n");
    tree.write("w/app.log.1", "older\n");
    build_baseline(tree, tree.watch(Profile::log));
    tree.rename("w/app.log.1", "w/app.log.2");
    tree.rename("w/app.log", "w/app.log.1");
    tree.write("w/app.log", "");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log")).rotation.to == tree.path("w/app.log.1"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotation.to == tree.path("w/app.log.2"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotation.from == tree.path("w/app.log"));
    CHECK(seen.at(tree.path("w/app.log.2")).rotation.from == tree.path("w/app.log.1"));
}

TEST_CASE("copied and truncated is a rotation too") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    std::filesystem::copy_file(tree.path("w/app.log"), tree.path("w/app.log.1"));
    tree.write("w/app.log", "");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log")).rotation.to == tree.path("w/app.log.1"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotation.from == tree.path("w/app.log"));
}

TEST_CASE("a sibling that does not hold the old content, byte for byte, is no evidence") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    tree.write("w/app.log.1", "First line\n");
    tree.write("w/app.log", "x");
    const auto seen = after(tree);
    CHECK_FALSE(seen.at(tree.path("w/app.log")).rotation.to);
    CHECK_FALSE(seen.at(tree.path("w/app.log.1")).rotation.from);
}

TEST_CASE("a copy of a log beside it may be a rotation's first half") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    std::filesystem::copy_file(tree.path("w/app.log"), tree.path("w/app.log.1"));
    CHECK(after(tree).at(tree.path("w/app.log.1")).rotation.from == tree.path("w/app.log"));
}

TEST_CASE("of an empty log its own inode is evidence, and not any other file") {
    const Tree tree;
    tree.write("w/app.log", "");
    tree.write("w/db.log", "");
    build_baseline(tree, tree.watch(Profile::log));
    tree.rename("w/app.log", "w/app.log.1");
    tree.append("w/app.log.1", "late\n");
    tree.write("w/app.log", "");
    tree.write("w/db.log.1", "anything\n");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log.1")).rotation.from == tree.path("w/app.log"));
    CHECK_FALSE(seen.at(tree.path("w/db.log.1")).rotation.from);
}
