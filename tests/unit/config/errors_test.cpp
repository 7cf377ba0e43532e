// What an error looks like, to the character.
#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;

namespace {

std::string whole(const std::string& text) {
    const auto loaded = parse_config("/etc/t.toml", text);
    REQUIRE_FALSE(loaded);
    return loaded.error().what;
}

}  // namespace

TEST_CASE("file, line, the line itself, the text underlined, and what would be right") {
    CHECK(whole("[limits]\npendin = 5 # few\n" + std::string(kWatch)) ==
          "/etc/t.toml:2: unknown key `pendin` in [limits]\n"
          "  2 | pendin = 5 # few\n"
          "    | ^~~~~~ did you mean `pending`?");
    CHECK(whole("[limits]\n\n\n\n\n\n\n\n\n\tpending   = \"many\"\n" + std::string(kWatch)) ==
          "/etc/t.toml:10: limits.pending: this is a string\n"
          "  10 |  pending   = \"many\"\n"
          "     |              ^~~~~~ a whole number from 1 to 100000000");
}

TEST_CASE("unknown keys and tables, wherever they stand") {
    CHECK(says(bad("pending = 5"), "unknown key `pending`\n  1 | pending = 5\n    | ^~~~~~~ `pending` belongs in [limits]"));
    CHECK(says(bad("[stat]\npath = \"/x\""), "unknown table `stat`\n  1 | [stat]\n    |  ^~~~ did you mean `state`?"));
    CHECK(says(bad("[output.jsn]\npath = \"/x\""), "unknown table `jsn` in [output]\n  1 | [output.jsn]\n    |         ^~~ did you mean `json`?"));
    CHECK(says(bad("settle = {quiet = \"1s\", quite = \"2s\"}"), "    |                         ^~~~~ did you mean `quiet`?"));
    CHECK(says(bad("settle.\"qui et\" = 1"), "unknown key `qui et` in [settle]"));
    CHECK(says(bad("\"limits.pending\" = 1"), "unknown key `limits.pending`"));
    CHECK(says(bad("\"a\\u001bb\" = 1"), "unknown key `a\\x1bb`"));
    CHECK(says(bad("[[watch]]\npath = \"/x\"\nexclud = []"), "unknown key `exclud` in [[watch]]"));
    CHECK(says(bad("[nonsense]\n[[watch]]\npath = \"/etc\""), "one of: baseline, state, sources, settle, verify, heartbeat, output, limits, diff, log, providers, approvals, watch, expect"));
}

TEST_CASE("everything wrong is told at once, in the order of the lines") {
    const auto said = bad("[verify]\nthreads = 0\n[limits]\nzzz = 1\ngaps = 0\n[log]\nlevel = 3");
    const auto at = [&](std::string_view part) { return said.find(part); };
    CHECK(at("t.toml:2:") < at("t.toml:4:"));
    CHECK(at("t.toml:4:") < at("t.toml:5:"));
    CHECK(at("t.toml:5:") < at("t.toml:7:"));
    CHECK(at("t.toml:7:") != std::string::npos);
}

TEST_CASE("a flood of problems is cut and counted") {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "key" + std::to_string(i) + " = 1\n";
    const auto said = bad(text);
    CHECK(says(said, "t.toml:20:"));
    CHECK_FALSE(says(said, "t.toml:21:"));
    CHECK_THAT(said, Catch::EndsWith("and 30 more"));
}

TEST_CASE("long lines are cut around the fault") {
    const auto said = bad("[limits]\n" + std::string(5'000, ' ') + "zzz = 1 #" + std::string(5'000, 'x'));
    CHECK(says(said, "..."));
    CHECK(says(said, "zzz = 1"));
    CHECK(said.size() < 800);
}

TEST_CASE("the underline stays below its text, also after letters of many bytes") {
    CHECK(says(bad("settle = {quiet = \"äöü\", quite = 1}"), "\n    |                          ^~~~~ did you mean `quiet`?"));
}
