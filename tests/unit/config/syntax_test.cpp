// Texts that are not TOML: the place must be the true one, whatever the library's own idea of it is.
#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;

namespace {

struct Broken {
    const char* text;
    const char* where;
    const char* right;
};

}  // namespace

TEST_CASE("the place and a remedy for what is not TOML") {
    const Broken cases[] = {
        {"[limits]\n  pending = = 5", "t.toml:2:", "a value is a \"string\", a number"},
        {"\n\nx = \"a\\q\"", "t.toml:3:", "in 'single quotes'"},
        {"\n[limits", "t.toml:2:", "the closing ] is missing"},
        {"\npath = \"/etc", "t.toml:2:", "the closing \" is missing"},
        {"\npath = '/etc", "t.toml:2:", "the closing ' is missing"},
        {"\npath = /etc", "t.toml:2:", "a value is a \"string\""},
        {"a = [1, 2\nb = 3", "t.toml:2:", "should be `,`"},
        {"[limits]\npending = 1\n\n[limits]", "t.toml:4:", "see line 1 as well"},
        {"[limits]\npending = 1\n\npending = 2", "t.toml:4:", "see line 2 as well"},
        {"\nkey", "t.toml:2:", "should be `=`"},
        {"\nkey =", "t.toml:2:", "expected value"},
        {"\n= 5", "t.toml:2:", "key expected"},
        {"\nq = 00123", "t.toml:2:", "a number"},
        {"\n[a]]", "t.toml:2:", "expected newline"},
        {"\nx = {a = 1,}", "t.toml:2:", "should be `}`"},
        {"\nx = {a = 1", "t.toml:2:", "should be `}`"},
        {"\nx = \"\\ud800\"", "t.toml:2:", ""},
        {"\nx = 1979-13-01", "t.toml:2:", ""},
        {"\nx = 1979-01-01T25:00:00Z", "t.toml:2:", ""},
        {"x = \"\"\"abc\n\\q\"\"\"", "t.toml:", ""},
        {"\nx = [1, [2, [3", "t.toml:", ""},
        {"\n[[a]]\n[a.b]\n[[a.b]]", "t.toml:4:", ""},
        {"\nx = 0b2", "t.toml:2:", ""},
    };
    for (const auto& each : cases) {
        INFO(each.text);
        const auto loaded = parse_config("t.toml", each.text);
        REQUIRE_FALSE(loaded);
        CHECK(says(loaded.error().what, each.where));
        CHECK(says(loaded.error().what, "not TOML"));
        CHECK(says(loaded.error().what, each.right));
        CHECK_FALSE(says(loaded.error().what, "toml::"));
    }
}

TEST_CASE("ends of lines and of the file") {
    CHECK(good("[verify]\r\nthreads = 3\r\n[[watch]]\r\npath = \"/etc\"\r\n").config.verify.threads == 3);
    CHECK(good("[[watch]]\npath = \"/etc\"").config.watches.size() == 1);
    CHECK(good("[[watch]]\npath = \"/etc\" # no line end").config.watches.size() == 1);
    CHECK(good("\xef\xbb\xbf[[watch]]\npath = \"/etc\"").config.watches.size() == 1);
    CHECK(says(bad("[verify]\r\nthreads = 0\r\n"), "t.toml:2: verify.threads"));
}
