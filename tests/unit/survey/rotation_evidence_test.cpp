#include "rotation_evidence.hpp"

#include <algorithm>

#include "tree.hpp"

using namespace touchstone;

namespace {

using Names = std::vector<std::string>;

ByPath after(const Tree& tree) { return survey_all(tree.watch(Profile::log), options_for_tests(), tree.expected()); }

}  // namespace

TEST_CASE("a family is the log and its rotations, also seen from a rotation") {
    const Names logs{"app.log", "other.log"};
    const Names names{"app.log", "app.log.1", "app.log.2.gz", "other.log", "other.log.1", "apple"};
    CHECK(family_of("app.log", logs, names) == Names{"app.log.1", "app.log.2.gz"});
    auto family = family_of("app.log.1", logs, names);
    std::sort(family.begin(), family.end());
    CHECK(family == Names{"app.log", "app.log.2.gz"});
    CHECK(family_of("apple", logs, names).empty());
}

TEST_CASE("a log that was renamed and begun anew is shown to be in its sibling, and the sibling to come from it") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    tree.rename("w/app.log", "w/app.log.1");
    tree.write("w/app.log", "begun anew\n");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log")).rotated_to == tree.path("w/app.log.1"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotated_from == tree.path("w/app.log"));
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
    CHECK(seen.at(tree.path("w/app.log")).rotated_to == tree.path("w/app.log.1"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotated_to == tree.path("w/app.log.2"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotated_from == tree.path("w/app.log"));
    CHECK(seen.at(tree.path("w/app.log.2")).rotated_from == tree.path("w/app.log.1"));
}

TEST_CASE("copied and truncated is a rotation too") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    std::filesystem::copy_file(tree.path("w/app.log"), tree.path("w/app.log.1"));
    tree.write("w/app.log", "");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log")).rotated_to == tree.path("w/app.log.1"));
    CHECK(seen.at(tree.path("w/app.log.1")).rotated_from == tree.path("w/app.log"));
}

TEST_CASE("a sibling that does not hold the old content, byte for byte, is no evidence") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    tree.write("w/app.log.1", "First line\n");
    tree.write("w/app.log", "x");
    const auto seen = after(tree);
    CHECK_FALSE(seen.at(tree.path("w/app.log")).rotated_to);
    CHECK_FALSE(seen.at(tree.path("w/app.log.1")).rotated_from);
}

TEST_CASE("a copy beside a log that is still there did not come from a rotation") {
    const Tree tree;
    tree.write("w/app.log", "first line\n");
    build_baseline(tree, tree.watch(Profile::log));
    std::filesystem::copy_file(tree.path("w/app.log"), tree.path("w/app.log.1"));
    CHECK_FALSE(after(tree).at(tree.path("w/app.log.1")).rotated_from);
}

TEST_CASE("of an empty log only its own inode is evidence") {
    const Tree tree;
    tree.write("w/app.log", "");
    tree.write("w/db.log", "");
    build_baseline(tree, tree.watch(Profile::log));
    tree.rename("w/app.log", "w/app.log.1");
    tree.append("w/app.log.1", "late\n");
    tree.write("w/app.log", "");
    tree.write("w/db.log.1", "anything\n");
    const auto seen = after(tree);
    CHECK(seen.at(tree.path("w/app.log.1")).rotated_from == tree.path("w/app.log"));
    CHECK_FALSE(seen.at(tree.path("w/db.log.1")).rotated_from);
}
