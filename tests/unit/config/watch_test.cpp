#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;

namespace {

Rule watch(const std::string& body) {
    const auto loaded = good("[[watch]]\n" + body);
    REQUIRE(loaded.config.watches.size() == 1);
    return loaded.config.watches[0];
}

std::string bad_watch(const std::string& body) { return bad("[[watch]]\n" + body); }

std::vector<std::string> warnings_of(const std::string& body) { return good("[[watch]]\n" + body).warnings; }

}  // namespace

TEST_CASE("a watch takes every key") {
    const auto rule = watch(R"(path = "/home/*/.ssh"
profile = "metadata"
exclude = ["known_hosts*", '/home/\*/x', "**/a"]
severity = "critical"
tags = ["a", "b"])");
    CHECK(rule.path == "/home/*/.ssh");
    CHECK(rule.profile == Profile::metadata);
    CHECK(rule.exclude == std::vector<std::string>{"known_hosts*", "/home/\\*/x", "**/a"});
    CHECK(rule.severity == Severity::critical);
    CHECK(rule.tags == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a path is enough") {
    const auto rule = watch("path = \"/etc\"");
    CHECK(rule.profile == Profile::content);
    CHECK(rule.severity == Severity::medium);
    CHECK(rule.exclude.empty());
    CHECK(rule.tags.empty());
}

TEST_CASE("all profiles and severities") {
    for (const auto profile : {Profile::content, Profile::metadata, Profile::presence, Profile::log})
        CHECK(watch("path = \"/x\"\nprofile = \"" + std::string(name_of(profile)) + "\"").profile == profile);
    for (const auto severity : {Severity::low, Severity::medium, Severity::high, Severity::critical})
        CHECK(watch("path = \"/x\"\nseverity = \"" + std::string(name_of(severity)) + "\"").severity == severity);
    CHECK(says(bad_watch("path = \"/x\"\nprofile = \"contents\""), "did you mean `content`?"));
    CHECK(says(bad_watch("path = \"/x\"\nseverity = 5"), "one of: low, medium, high, critical"));
}

TEST_CASE("differences: off, on, or of what is private too, under profile content only") {
    CHECK(watch("path = \"/x\"").diff == Diff::off);
    CHECK(watch("path = \"/x\"\ndiff = false").diff == Diff::off);
    CHECK(watch("path = \"/x\"\ndiff = true").diff == Diff::shown);
    CHECK(watch("diff = \"private\"\npath = \"/x\"\nprofile = \"content\"").diff == Diff::private_too);
    CHECK(says(bad_watch("path = \"/x\"\ndiff = \"true\""), "t.toml:3"));
    CHECK(says(bad_watch("path = \"/x\"\ndiff = 1"), "true, false, or \"private\""));
    for (const std::string profile : {"log", "metadata", "presence"}) {
        CHECK(says(bad_watch("path = \"/x\"\ndiff = true\nprofile = \"" + profile + "\""), "t.toml:3"));
        CHECK(says(bad_watch("path = \"/x\"\ndiff = true\nprofile = \"" + profile + "\""), "no differences are shown under profile"));
        CHECK(watch("path = \"/x\"\ndiff = false\nprofile = \"" + profile + "\"").diff == Diff::off);
    }
}

TEST_CASE("masks are regular expressions, and one that is none is shown with what is wrong") {
    CHECK(good("[diff]\nmask = ['pin (\\d+)']").config.diff.mask == std::vector<std::string>{"pin (\\d+)"});
    CHECK(says(bad("[diff]\nmask = ['pin (\\d+']"), "missing )"));
    CHECK(says(bad("[diff]\nmask = ['x*']"), "a pattern that an empty text matches"));
    CHECK(says(bad("[diff]\nmask = 'x'"), "a list of at most 100 regular expressions"));
    CHECK(says(bad("[diff]\nmask = [1]"), "one of them is"));
    CHECK(says(bad("[diff]\nfile_bytes = 0"), "from 1 to 16777216"));
}

TEST_CASE("paths that cannot be watched") {
    CHECK(says(bad_watch("profile = \"log\""), "a watch without a path"));
    CHECK(says(bad_watch("path = \"etc\""), "did you mean \"/etc\"?"));
    CHECK(says(bad_watch("path = \"~/x\""), "`~` is not expanded"));
    CHECK(says(bad_watch("path = \"\""), "an empty path"));
    CHECK(says(bad_watch("path = \"/a/..\""), "`..` in a path"));
    CHECK(says(bad_watch("path = \"/a/**\""), "holds everything below it anyway"));
    CHECK(says(bad_watch("path = '/a/[b'"), "`[` is never closed"));
    CHECK(says(bad_watch("path = '/a/[b/c]'"), "`[` is never closed"));
    CHECK(says(bad_watch("path = '/a\\'"), "a backslash at the end"));
    CHECK(says(bad_watch("path = '/a\\/b'"), "a slash cannot be quoted"));
    CHECK(says(bad_watch("path = [\"/a\"]"), "path is an array"));
    CHECK(says(bad_watch("path = \"/a\\u0000\""), "NUL"));
    CHECK(watch("path = '/a/..b'").path == "/a/..b");
    CHECK(watch("path = '/a/\\\\[b]'").path == "/a/\\\\[b]");
    CHECK(watch("path = '/a/\\[b'").path == "/a/\\[b");
    CHECK(watch("path = '/'").path == "/");
}

TEST_CASE("slashes that mean nothing are taken away, and that is said") {
    for (const auto* path : {"/etc/", "//etc", "/./etc/.", "/etc//"}) {
        const auto body = "path = \"" + std::string(path) + "\"";
        CHECK(watch(body).path == "/etc");
        const auto warnings = warnings_of(body);
        REQUIRE(warnings.size() == 1);
        CHECK_THAT(warnings[0], Catch::StartsWith("t.toml:2: watched as \"/etc\""));
    }
    CHECK(warnings_of("path = \"/etc\"").empty());
}

TEST_CASE("a path of any bytes, taken literally") {
    CHECK(watch("path_hex = \"2f746d702fff2a\"").path == "/tmp/\xff\\*");
    CHECK(watch("path_hex = \"2F61\"").path == "/a");
    CHECK(says(bad_watch("path_hex = \"2f6\""), "path_hex is not hexadecimal"));
    CHECK(says(bad_watch("path_hex = \"zz\""), "path_hex is not hexadecimal"));
    CHECK(says(bad_watch("path_hex = 2"), "path_hex is not hexadecimal"));
    CHECK(says(bad_watch("path_hex = \"61\""), "a relative path"));
    CHECK(says(bad_watch("path_hex = \"2f00\""), "NUL"));
    CHECK(says(bad_watch("path_hex = \"2f2e2e\""), "`..`"));
    CHECK(says(bad_watch("path_hex = \"\""), "an empty path"));
    CHECK(says(bad_watch("path = \"/a\"\npath_hex = \"2f61\""), "both `path` and `path_hex`"));
}

TEST_CASE("excludes are patterns") {
    CHECK(says(bad_watch("path = \"/a\"\nexclude = \"*.swp\""), "exclude is a string"));
    CHECK(says(bad_watch("path = \"/a\"\nexclude = [1]"), "exclude holds a whole number"));
    CHECK(says(bad_watch("path = \"/a\"\nexclude = [\"\"]"), "an empty pattern"));
    CHECK(says(bad_watch("path = \"/a\"\nexclude = [\"b/c\"]"), "start it with `/`, or write \"**/b/c\""));
    CHECK(says(bad_watch("path = \"/a\"\nexclude = [\"[x\"]"), "`[` is never closed"));
    CHECK(watch("path = \"/a\"\nexclude = [\"/a/b/\"]").exclude == std::vector<std::string>{"/a/b"});
    CHECK(warnings_of("path = \"/a\"\nexclude = [\"/a/b/\"]").size() == 1);
    CHECK(says(warnings_of("path = \"/a\"\nexclude = [\"x\", \"x\"]").at(0), "listed twice"));
}

TEST_CASE("an exclude that can match nothing is told") {
    for (const auto* pattern : {"/b", "/a", "/", "/ab", "/b/*"})
        CHECK(says(warnings_of("path = \"/a\"\nexclude = [\"" + std::string(pattern) + "\"]").at(0), "matches nothing below \"/a\""));
    for (const auto* pattern : {"/a/b", "/a/*", "/*/b", "**/b", "b", "/**/x"})
        CHECK(warnings_of("path = \"/a\"\nexclude = [\"" + std::string(pattern) + "\"]").empty());
    CHECK(warnings_of("path = \"/home/*/.ssh\"\nexclude = [\"/home/anna/.ssh/x\"]").empty());
}

TEST_CASE("tags are words") {
    CHECK(says(bad_watch("path = \"/a\"\ntags = \"x\""), "tags is a string"));
    CHECK(says(bad_watch("path = \"/a\"\ntags = [\"\"]"), "an empty tag"));
    CHECK(says(bad_watch("path = \"/a\"\ntags = [\"a\\nb\"]"), "control characters"));
    CHECK(says(bad_watch("path = \"/a\"\ntags = [[\"a\"]]"), "tags holds an array"));
}

TEST_CASE("watches as a whole") {
    CHECK(says(bad("[[watch]]\npath = \"/etc\"\n[[watch]]\npath = \"/etc/\""), "t.toml:4: this path is watched twice"));
    CHECK(says(bad("[[watch]]\npath = \"/\\\\*\"\n[[watch]]\npath_hex = \"2f2a\""), "already at t.toml:2"));
    const auto nothing = parse_config("t.toml", "");
    REQUIRE_FALSE(nothing);
    CHECK(says(nothing.error().what, "nothing is watched"));
    const auto single = parse_config("t.toml", "[watch]\npath = \"/etc\"");
    REQUIRE_FALSE(single);
    CHECK(says(single.error().what, "write [[watch]], in double brackets"));
    CHECK_FALSE(parse_config("t.toml", "watch = []"));
    CHECK(parse_config("t.toml", "watch = [{path = \"/etc\"}]"));
    std::string many;
    for (int i = 0; i < 1'001; ++i) many += "[[watch]]\npath = \"/" + std::to_string(i) + "\"\n";
    CHECK(says(bad(many), "too many watches"));
}
