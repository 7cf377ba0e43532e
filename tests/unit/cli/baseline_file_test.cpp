#include "baseline_file.hpp"

#include <sys/stat.h>

#include "tree.hpp"

using namespace touchstone;
using namespace touchstone::cli;

TEST_CASE("one writer at a time, in a directory of its own") {
    const Tree tree;
    const std::string file = tree.path("new/directory/baseline.db");
    auto first = lock_baseline(file);
    REQUIRE(first);
    struct stat stat {};
    REQUIRE(::stat(tree.path("new/directory").c_str(), &stat) == 0);
    CHECK((stat.st_mode & 07777) == 0700);
    const auto second = lock_baseline(file);
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == ErrorKind::bad_input);
    first->reset();
    CHECK(lock_baseline(file));
}

TEST_CASE("what stands in the way of a directory is an error") {
    const Tree tree;
    tree.write("w/file", "x");
    CHECK_FALSE(lock_baseline(tree.path("w/file/baseline.db")));
}

TEST_CASE("a new baseline says who, where, when and by what") {
    const auto info = info_now(DigestAlgorithm::sha512);
    CHECK(info.digest == DigestAlgorithm::sha512);
    CHECK_FALSE(info.built_by.empty());
    CHECK_FALSE(info.host.empty());
    CHECK_FALSE(info.version.empty());
    CHECK(info.built_at > WallTime{});
}
