#include <catch2/catch.hpp>

#include <chrono>

#include "touchstone/policy.hpp"

using namespace touchstone;

TEST_CASE("bytes and single wildcards") {
    CHECK(glob_match("", ""));
    CHECK_FALSE(glob_match("", "a"));
    CHECK_FALSE(glob_match("a", ""));
    CHECK(glob_match("abc", "abc"));
    CHECK_FALSE(glob_match("abc", "abcd"));
    CHECK_FALSE(glob_match("abcd", "abc"));
    CHECK(glob_match("a?c", "abc"));
    CHECK_FALSE(glob_match("a?c", "a/c"));
    CHECK_FALSE(glob_match("?", ""));
    CHECK(glob_match("?", "\xff"));
    CHECK_FALSE(glob_match("?", "\xc3\xa4"));  // bytes, not characters
}

TEST_CASE("a star stops at a slash") {
    CHECK(glob_match("*", ""));
    CHECK(glob_match("*.swp", ".passwd.swp"));
    CHECK_FALSE(glob_match("*.swp", "a.swpx"));
    CHECK(glob_match("a*b*c", "aXXbYYc"));
    CHECK(glob_match("a*b*c", "abbcbc"));
    CHECK_FALSE(glob_match("/etc/*", "/etc/a/b"));
    CHECK(glob_match("/home/*/.ssh", "/home/anna/.ssh"));
    CHECK_FALSE(glob_match("/home/*/.ssh", "/home/a/b/.ssh"));
    CHECK_FALSE(glob_match("/etc/*", "/etcetera"));
}

TEST_CASE("two stars cross slashes") {
    CHECK(glob_match("/usr/**.pyc", "/usr/lib/a/b.pyc"));
    CHECK(glob_match("**", "/a/b/c"));
    CHECK(glob_match("**", ""));
    CHECK(glob_match("/a**z", "/a/b/z"));
    CHECK(glob_match("/a/**", "/a/b/c"));
    CHECK_FALSE(glob_match("/a/**", "/ab"));
    CHECK(glob_match("/**x*y", "/q/x/x-y"));
}

TEST_CASE("two stars between slashes are any number of directories, none included") {
    CHECK(glob_match("/usr/**/__pycache__", "/usr/__pycache__"));
    CHECK(glob_match("/usr/**/__pycache__", "/usr/a/__pycache__"));
    CHECK(glob_match("/usr/**/__pycache__", "/usr/a/b/__pycache__"));
    CHECK_FALSE(glob_match("/usr/**/__pycache__", "/usr/a/x__pycache__"));
    CHECK_FALSE(glob_match("/usr/**/__pycache__", "/usrx/__pycache__"));
    CHECK(glob_match("**/x", "/etc/x"));
    CHECK(glob_match("**/x", "x"));
    CHECK(glob_match("/a/**/b/**/c", "/a/b/c"));
    CHECK(glob_match("/a/**/b/**/c", "/a/1/b/2/3/c"));
    CHECK_FALSE(glob_match("/a/**/b/**/c", "/a/1/2/c"));
}

TEST_CASE("classes are of bytes, and never a slash") {
    CHECK(glob_match("[a-c]x", "bx"));
    CHECK_FALSE(glob_match("[a-c]x", "dx"));
    CHECK(glob_match("[!a-c]x", "dx"));
    CHECK_FALSE(glob_match("[!a-c]x", "ax"));
    CHECK_FALSE(glob_match("a[!x]b", "a/b"));
    CHECK_FALSE(glob_match("a[/]b", "a/b"));
    CHECK(glob_match("[]]", "]"));
    CHECK(glob_match("[!]]", "a"));
    CHECK_FALSE(glob_match("[!]]", "]"));
    CHECK(glob_match("[a-]", "-"));
    CHECK(glob_match("[-a]", "-"));
    CHECK(glob_match("[\\]]", "]"));
    CHECK(glob_match("[\\!a]", "!"));
    CHECK(glob_match("[\x80-\xff]", "\xe9"));
    CHECK_FALSE(glob_match("[z-a]", "m"));
}

TEST_CASE("a backslash quotes; what cannot be a pattern stands for itself") {
    CHECK(glob_match("\\*", "*"));
    CHECK_FALSE(glob_match("\\*", "a"));
    CHECK(glob_match("\\[a\\]", "[a]"));
    CHECK(glob_match("\\\\", "\\"));
    CHECK(glob_match("[abc", "[abc"));
    CHECK(glob_match("a\\", "a\\"));
    CHECK(glob_match("a\\bc", "abc"));
}

TEST_CASE("has_glob knows quoting") {
    CHECK(has_glob("*"));
    CHECK(has_glob("a?"));
    CHECK(has_glob("[a]"));
    CHECK(has_glob("\\\\*"));
    CHECK_FALSE(has_glob("/etc/passwd"));
    CHECK_FALSE(has_glob("\\*\\?\\[a]"));
    CHECK_FALSE(has_glob("[never closed"));
    CHECK_FALSE(has_glob(""));
}

TEST_CASE("patterns made to explode do not") {
    const std::string text(4'000, 'a');
    std::string stars, deep;
    for (int i = 0; i < 200; ++i) stars += "a*", deep += "**a*";
    // Backtracking would take longer than the universe; this is some million steps.
    CHECK_FALSE(glob_match(stars + "b", text));
    CHECK_FALSE(glob_match(deep + "b", text));
    CHECK(glob_match(stars, text));
}

TEST_CASE("texts longer than any path match as well") {
    const std::string text(100'000, 'a');
    CHECK(glob_match("a*a", text));
    CHECK(glob_match(text, text));
    CHECK_FALSE(glob_match("*b", text));
}
