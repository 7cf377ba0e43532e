#include "touchstone/bytes.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;

TEST_CASE("hex goes both ways for all bytes") {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(from_hex(to_hex(all)) == all);
    CHECK(from_hex("0").has_value() == false);
    CHECK(from_hex("zz").has_value() == false);
}

TEST_CASE("invalid UTF-8 is escaped and valid UTF-8 left alone") {
    CHECK(escape_invalid_utf8("/etc/päss") == "/etc/päss");
    CHECK(escape_invalid_utf8("a\xff" "b") == "a\\xffb");
    CHECK(escape_invalid_utf8("\xc0\xaf") == "\\xc0\\xaf");          // overlong
    CHECK(escape_invalid_utf8("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // surrogate
    CHECK(escape_invalid_utf8("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    CHECK(escape_invalid_utf8("x\xe2\x82") == "x\\xe2\\x82");         // cut short
    CHECK(is_utf8("\xf0\x9f\x98\x80"));
    CHECK_FALSE(is_utf8("\x80"));
}

TEST_CASE("a printable name cannot move the cursor") {
    CHECK(printable("a\nb\x1b[2J\x7f") == "a\\x0ab\\x1b[2J\\x7f");
    CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // C1 control sequence introducer
}

TEST_CASE("paths split and join") {
    CHECK(split_path("/a/b").directory == "/a");
    CHECK(split_path("/a/b").name == "b");
    CHECK(split_path("/a").directory == "/");
    CHECK(split_path("/").name == "/");
    CHECK(join_path("/", "a") == "/a");
    CHECK(join_path("/a", "b") == "/a/b");
    CHECK(join_path("", "/") == "/");
}

TEST_CASE("within goes by components") {
    CHECK(is_within("/etc", "/etc"));
    CHECK(is_within("/etc/x", "/etc"));
    CHECK_FALSE(is_within("/etcetera", "/etc"));
    CHECK(is_within("/x", "/"));
}
