#include "config/nearest.hpp"

#include <catch2/catch.hpp>

using namespace touchstone::config;

namespace {
const std::vector<std::string_view> kWords{"path", "profile", "exclude", "severity", "tags"};
}

TEST_CASE("slips of the hand find their word") {
    CHECK(nearest("pth", kWords) == "path");
    CHECK(nearest("apth", kWords) == "path");
    CHECK(nearest("Path", kWords) == "path");
    CHECK(nearest("excludes", kWords) == "exclude");
    CHECK(nearest("excl", kWords) == "exclude");
    CHECK(nearest("serverity", kWords) == "severity");
    CHECK(nearest("tag", kWords) == "tags");
}

TEST_CASE("what is far from every word finds none") {
    CHECK(nearest("colour", kWords).empty());
    CHECK(nearest("", kWords).empty());
    CHECK(nearest("x", kWords).empty());
    CHECK(nearest(std::string(100'000, 'p'), kWords).empty());
    CHECK(nearest("path", {}).empty());
    CHECK(suggestion("colour", {"red", "blue"}) == "one of: red, blue");
    CHECK(suggestion("rde", {"red", "blue"}) == "did you mean `red`?");
}
