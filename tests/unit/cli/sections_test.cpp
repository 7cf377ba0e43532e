#include "sections.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using touchstone::cli::sections;
using Json = nlohmann::ordered_json;

TEST_CASE("whatever a daemon answers is printed in aligned sections") {
    const auto json = Json::parse(R"({"watching":true,"pid":12345,"since":"2026","queues":{"touch_set":{"waiting":0,"limit":500000},"gaps":{"waiting":1}},
        "outputs":[{"name":"json","delivered":1234,"failure":""}],"sources":[],"last":null})");
    CHECK(sections(json) ==
          "watching  yes\npid       12345\nsince     2026\nlast      -\n"
          "\nqueues\n  touch set  waiting 0, limit 500,000\n  gaps       waiting 1\n"
          "\noutputs\n  name json, delivered 1,234\n"
          "\nsources\n  none\n");
}

TEST_CASE("nothing in an answer moves the cursor, and nothing makes printing fail") {
    const Json json{{"a", "\x1b[2J\xff"}, {"b\x1b", {{"c", {1, 2}}}}, {"d", Json::array({1, "x", nullptr, Json::array()})}};
    const std::string text = sections(json);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\\x1b[2J\\xff") != std::string::npos);
    CHECK(sections(Json::object()).empty());
}
