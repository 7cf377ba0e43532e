// Time goes with the length of a line, and nothing that matches too often is shown for that.
#include <catch2/catch.hpp>
#include <chrono>

#include "text.hpp"

using namespace touchstone;
using touchstone::test::masked;

namespace {

std::string repeated(std::string_view text, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += text;
    return out;
}

constexpr auto kWithin = std::chrono::seconds(20);  // a square of the length would take hours

}  // namespace

TEST_CASE("long lines of what nearly matches take no square of their length") {
    const auto begun = std::chrono::steady_clock::now();
    for (const auto* part : {"password", "password = ", "\"", "a://", "a://b:", "--token ", "eyJaaaaaaaa.", "$6$", "-----BEGIN ", "\\", "_pass", "<token", "curl "})
        (void)masked(repeated(part, 1 << 18));
    CHECK(std::chrono::steady_clock::now() - begun < kWithin);
}

TEST_CASE("a pattern that looks far for each match is stopped, and the rest of the line masked") {
    const auto begun = std::chrono::steady_clock::now();
    const auto line = masked(repeated("x", 1 << 18), {"x(?:[^y]*y)?"});
    CHECK(std::chrono::steady_clock::now() - begun < kWithin);
    CHECK(line.find('x') == std::string::npos);
}

TEST_CASE("bytes of any kind are taken") {
    std::string all;
    for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
    CHECK_FALSE(masked("password = " + all + "\n" + all).empty());
}
