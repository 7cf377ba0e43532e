// The form of a difference, held against diff(1) and patch(1) in tests/e2e/test_diffs.py.
#include "unified.hpp"

#include <catch2/catch.hpp>

#include "lines.hpp"

using namespace touchstone;
using touchstone::diff::unified;

namespace {

TextDiff made(std::string_view before, std::string_view after, std::size_t most = 10'000) {
    return unified(before, after, {"/a", "/a"}, *Mask::make({}), most);
}

}  // namespace

TEST_CASE("a changed line stands between three lines of what is around it") {
    const auto diff = made("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
    CHECK(diff.text == "--- /a\n+++ /a\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    CHECK(diff.added == 1);
    CHECK(diff.removed == 1);
    CHECK(diff.omitted == 0);
}

TEST_CASE("changes far apart are hunks of their own, near ones share one") {
    std::string before, near, far;
    for (int i = 0; i < 20; ++i) {
        const auto line = std::to_string(i) + "\n";
        before += line;
        near += i == 5 || i == 12 ? "x\n" : line;
        far += i == 5 || i == 13 ? "x\n" : line;
    }
    const auto hunks = [&](const std::string& after) {
        const auto text = made(before, after).text;
        std::size_t count = 0;
        for (auto at = text.find("\n@@ "); at != std::string::npos; at = text.find("\n@@ ", at + 1)) ++count;
        return count;
    };
    CHECK(hunks(near) == 1);
    CHECK(hunks(far) == 2);
}

TEST_CASE("beginnings, ends and the newline that is missing") {
    CHECK(made("", "a\n").text == "--- /a\n+++ /a\n@@ -0,0 +1 @@\n+a\n");
    CHECK(made("a\nb\n", "").text == "--- /a\n+++ /a\n@@ -1,2 +0,0 @@\n-a\n-b\n");
    CHECK(made("a\n", "a").text == "--- /a\n+++ /a\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
}

TEST_CASE("a change in nothing but a secret shows that the line changed, and no more") {
    const auto diff = made("user = joe\npassword = one\n", "user = joe\npassword = another\n");
    CHECK(diff.text == "--- /a\n+++ /a\n@@ -1,2 +1,2 @@\n user = joe\n-password = ********\n+password = ********\n");
}

TEST_CASE("lines around a change are masked too, by what stands before them") {
    std::string key = "-----BEGIN PRIVATE KEY-----\n";
    for (int i = 0; i < 10; ++i) key += "abcdef" + std::to_string(i) + "\n";
    const auto diff = made(key + "-----END PRIVATE KEY-----\nx\n", key + "-----END PRIVATE KEY-----\ny\n");
    CHECK(diff.text.find("abcdef") == std::string::npos);
    CHECK(diff.text.find("-x\n+y\n") != std::string::npos);
}

TEST_CASE("what has no room is counted, and what is shown are whole lines") {
    std::string after;
    for (int i = 0; i < 100; ++i) after += "line " + std::to_string(i) + "\n";
    const auto diff = made("", after, 200);
    CHECK(diff.text.size() <= 200);
    CHECK(diff.text.ends_with("\n"));
    CHECK(diff.added == 100);
    const auto shown = static_cast<std::uint64_t>(std::count(diff.text.begin(), diff.text.end(), '\n')) - 3;
    CHECK(shown + diff.omitted == 100);
}

TEST_CASE("a long line is cut, not within a character, and says how long it is") {
    const std::string line = std::string(diff::kMostLineBytes - 1, 'x') + "ä" + "rest\n";
    CHECK(made("", line).text == "--- /a\n+++ /a\n@@ -0,0 +1 @@\n+" + std::string(diff::kMostLineBytes - 1, 'x') + "... (1005 bytes)\n");
}

TEST_CASE("names cannot make lines of their own") {
    const auto diff = unified("", "a\n", {"/x\n+y", "/\xff"}, *Mask::make({}), 1000);
    CHECK(diff.text.starts_with("--- /x\\x0a+y\n+++ /\\xff\n@@"));
}

TEST_CASE("a text has no NUL and is UTF-8") {
    CHECK(diff::is_text("grüße\n"));
    CHECK(diff::is_text(""));
    CHECK_FALSE(diff::is_text(std::string_view("a\0b", 3)));
    CHECK_FALSE(diff::is_text("gr\xfc\xdf"));
}
