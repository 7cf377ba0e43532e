#include "predecessor.hpp"

#include "tree.hpp"

using namespace touchstone;
using namespace touchstone::cli;

namespace {

// What a build over the old baseline would say.
std::string report_of(const Tree& tree, DigestAlgorithm digest = DigestAlgorithm::sha256) {
    Predecessor predecessor(tree.baseline(), digest);
    auto options = options_for_tests();
    options.digest = digest;
    const auto compare = predecessor.open_comparison();
    for (const auto& [path, one] : survey_all(tree.watch(), options)) compare(one.now, one.rule->profile);
    return predecessor.report();
}

}  // namespace

TEST_CASE("the first baseline replaces none") {
    const Tree tree;
    CHECK(report_of(tree).empty());
}

TEST_CASE("a new baseline says in numbers how it differs from the old") {
    const Tree tree;
    for (const char* name : {"w/same", "w/changes", "w/goes"}) tree.write(name, "before");
    build_baseline(tree, tree.watch());
    CHECK(report_of(tree).find(": 0 new, 0 gone, 0 changed\n") != std::string::npos);
    tree.write("w/changes", "after!");
    tree.write("w/new", "x");
    std::filesystem::remove(tree.path("w/goes"));
    CHECK(report_of(tree).find(": 1 new, 1 gone, 1 changed\n") != std::string::npos);
}

TEST_CASE("contents by another digest are not compared, and that is said") {
    const Tree tree;
    tree.write("w/same", "before");
    build_baseline(tree, tree.watch());
    const auto report = report_of(tree, DigestAlgorithm::sha512);
    CHECK(report.find("0 changed") != std::string::npos);
    CHECK(report.find("contents were not compared: sha256 before, sha512 now") != std::string::npos);
}

TEST_CASE("a damaged baseline may be replaced, and is said to be damaged") {
    const Tree tree;
    tree.write("b/baseline.db", std::string(4096, 'x'));
    CHECK(report_of(tree).find("could not be read") != std::string::npos);
}

TEST_CASE("the history of acceptances is carried over, with a note of what was replaced") {
    const Tree tree;
    tree.write("w/a", "x");
    BaselineInfo info;
    auto first = BaselineWriter::create(tree.baseline(), info);
    REQUIRE(first);
    REQUIRE(first->note({WallTime{}, "alice", "why", {"/x"}}));
    const auto old = first->commit();
    REQUIRE(old);
    Predecessor predecessor(tree.baseline(), DigestAlgorithm::sha256);
    auto writer = BaselineWriter::create(tree.baseline(), info);
    REQUIRE(writer);
    REQUIRE(predecessor.carry_over(*writer, WallTime{}));
    REQUIRE(writer->commit());
    auto reader = BaselineReader::open(tree.baseline());
    REQUIRE(reader);
    const auto history = reader->acceptances();
    REQUIRE(history);
    REQUIRE(history->size() == 2);
    CHECK(history->front().by == "alice");
    CHECK(history->back().note.find("built anew in place of " + old->id) == 0);
}
