// Hostile input: nothing here may crash, hang or get to the TOML library.
#include "config/admission.hpp"
#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;

namespace {

std::string repeated(std::string_view part, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += part;
    return out;
}

std::optional<config::Refusal> refusal_of(std::string text) { return refuse(SourceText("t", std::move(text))); }

}  // namespace

TEST_CASE("deep nesting is refused before it is parsed") {
    CHECK(says(bad("x = " + repeated("[", 1'000)), "nested too deeply"));
    CHECK(says(bad("x = " + repeated("[\n", 100'000)), "nested too deeply"));
    CHECK(says(bad("x = " + repeated("{a=", 1'000)), "nested too deeply"));
    CHECK(says(bad(repeated("a.", 30) + "b = 1"), "too many parts"));
    CHECK(says(bad(repeated("a . ", 1'000) + "b = 1"), "too many parts"));
    CHECK(says(bad("[" + repeated("\"a\".", 1'000) + "b]"), "too many parts"));
    CHECK(says(bad(std::string(65, 'k') + " = 1"), "too long"));
    CHECK(says(bad("x = 0b" + std::string(63, '1')), "too long"));  // would overflow inside of the library
}

TEST_CASE("brackets and dots in strings and comments do not count") {
    const auto many = repeated("[", 100) + repeated("a.", 100);
    for (const auto& text : {"# " + many, "x = '" + many + "'", "x = \"\\\"" + many + "\"", "x = '''\n" + many + "\n'''", "x = \"\"\"\n\"\" " + many + "\n\"\"\"\"\"",
                             "x = '\\' # " + many, "x = \"a\" # \" " + many})
        CHECK_FALSE(refusal_of(text + "\ny = 1\n"));
    CHECK(refusal_of("x = '''\n'''" + many));
    CHECK(refusal_of("x = \"\\\\\"" + many));
    CHECK(refusal_of("x = \"never closed\n" + many));
}

TEST_CASE("many brackets side by side are not deep") {
    CHECK_FALSE(refusal_of("x = [" + repeated("[1],\n", 1'000) + "]"));
    CHECK_FALSE(refusal_of("x = [" + repeated("1.5,\n", 1'000) + "]"));
    CHECK_FALSE(refusal_of(repeated("[a]\n", 1'000)));
}

TEST_CASE("sizes are bounded") {
    CHECK(says(bad("# " + std::string(kMaxFile, 'x')), "this file is too large"));
    CHECK(says(bad("# " + std::string(kMaxLine, 'x')), "this line is too long"));
    CHECK_FALSE(refusal_of(repeated("# " + std::string(998, 'x') + "\n", 1'000)));
}

TEST_CASE("bytes that TOML does not allow") {
    CHECK(says(bad(std::string("x = \"a\0b\"", 9)), "control character 0x00"));
    CHECK(says(bad("x = \"a\x1b[2Jb\""), "\\x1b[2Jb"));  // and none gets to the terminal
    CHECK(says(bad("x = 1\ry = 2"), "control character 0x0d"));
    CHECK(says(bad("# \x7f"), "control character 0x7f"));
    CHECK(says(bad("\n\nx = \"a\xff\""), "t.toml:3: this is not UTF-8\n  3 | x = \"a\\xff\"\n    |       ^~~~"));
    CHECK(says(bad("x = \"\xed\xa0\x80\""), "this is not UTF-8"));
    CHECK(says(bad("x = \"\xf0\x9f\""), "path_hex"));
}
