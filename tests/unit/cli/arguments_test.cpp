#include "arguments.hpp"

#include <catch2/catch.hpp>

#include "exit_status.hpp"

using namespace touchstone::cli;

namespace {

std::variant<Arguments, Answer> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "touchstone");
    return parse_arguments(static_cast<int>(words.size()), words.data(), "/work/here");
}

Arguments parsed(std::vector<const char*> words) {
    const auto result = parse(std::move(words));
    REQUIRE(std::holds_alternative<Arguments>(result));
    return std::get<Arguments>(result);
}

Answer answered(std::vector<const char*> words) {
    const auto result = parse(std::move(words));
    REQUIRE(std::holds_alternative<Answer>(result));
    return std::get<Answer>(result);
}

}  // namespace

TEST_CASE("every verb is known") {
    CHECK(parsed({"watch"}).verb == Verb::watch);
    CHECK(parsed({"baseline", "build"}).verb == Verb::baseline_build);
    CHECK(parsed({"baseline", "accept", "--all"}).verb == Verb::baseline_accept);
    CHECK(parsed({"baseline", "diff"}).verb == Verb::baseline_diff);
    CHECK(parsed({"baseline", "show", "/etc"}).verb == Verb::baseline_show);
    CHECK(parsed({"baseline", "verify"}).verb == Verb::baseline_verify);
    CHECK(parsed({"check"}).verb == Verb::check);
    CHECK(parsed({"status"}).verb == Verb::status);
    CHECK(parsed({"approve", "submit", "-"}).approval == "-");
    CHECK(parsed({"approve", "list", "--json"}).verb == Verb::approve_list);
    CHECK(parsed({"config", "check"}).verb == Verb::config_check);
    CHECK(parsed({"config", "show"}).verb == Verb::config_show);
    CHECK(parsed({"events"}).verb == Verb::events);
    CHECK(parsed({"doctor"}).verb == Verb::doctor);
    CHECK(parsed({"version"}).verb == Verb::version);
}

TEST_CASE("every verb takes --config, and the default is the system's") {
    CHECK(parsed({"check"}).config == "/etc/touchstone/touchstone.toml");
    for (const std::vector<const char*>& verb : {std::vector<const char*>{"watch"}, {"baseline", "build"}, {"check"}, {"status"}, {"config", "show"}, {"doctor"}, {"version"}}) {
        auto words = verb;
        words.insert(words.end(), {"--config", "/x.toml"});
        CHECK(parsed(words).config == "/x.toml");
    }
}

TEST_CASE("--json is taken where there is something to print as JSON") {
    CHECK(parsed({"check", "--json"}).json);
    CHECK(parsed({"baseline", "diff", "--json"}).json);
    CHECK(parsed({"doctor", "--json"}).json);
    CHECK_FALSE(parsed({"check"}).json);
    CHECK(answered({"baseline", "build", "--json"}).status == kUsage);
}

TEST_CASE("paths are absolute, normalised, and any bytes; a verb's name is a path where a path belongs") {
    CHECK(parsed({"check", "a", "/b//c/", "../d/./e", "status"}).paths == std::vector<std::string>{"/work/here/a", "/b/c", "/work/d/e", "/work/here/status"});
    CHECK(parsed({"check", "/bad\xff\nname"}).paths == std::vector<std::string>{"/bad\xff\nname"});
    CHECK(parsed({"check", "--", "--json"}).paths == std::vector<std::string>{"/work/here/--json"});
    CHECK(normalised("/../..", "/x") == "/");
    CHECK(normalised(".", "/x/y") == "/x/y");
}

TEST_CASE("accept takes paths or everything, and a note") {
    const auto arguments = parsed({"baseline", "accept", "/a", "/b", "--note", "patched by hand"});
    CHECK(arguments.paths == std::vector<std::string>{"/a", "/b"});
    CHECK(arguments.note == "patched by hand");
    CHECK(parsed({"baseline", "accept", "--all"}).all);
    CHECK(answered({"baseline", "accept"}).status == kUsage);
    CHECK(answered({"baseline", "accept", "--all", "/a"}).status == kUsage);
}

TEST_CASE("a wrong command line is 64 and says why, safe for a terminal") {
    CHECK(answered({}).status == kUsage);
    CHECK(answered({"bogus"}).status == kUsage);
    CHECK(answered({"bogus"}).text.find("no such verb: bogus") != std::string::npos);
    CHECK(answered({"baseline"}).status == kUsage);
    CHECK(answered({"baseline"}).text == "baseline needs a verb: build, accept, diff, show, verify\n");
    CHECK(answered({"baseline", "frob"}).text == "no such verb: baseline frob; one of: build, accept, diff, show, verify\n");
    CHECK(answered({"check", "--frob"}).text.find("--frob") != std::string::npos);
    CHECK(answered({"--frob"}).text == "no such option: --frob\n");
    CHECK(answered({"baseline", "show"}).status == kUsage);
    CHECK(answered({"check", ""}).status == kUsage);
    const auto hostile = answered({"check", "--x\x1b[2J"});
    CHECK(hostile.status == kUsage);
    CHECK(hostile.text.find('\x1b') == std::string::npos);
}

TEST_CASE("help and version are answers, not errors") {
    CHECK(answered({"--help"}).status == kSuccess);
    CHECK(answered({"check", "--help"}).text.find("--json") != std::string::npos);
    CHECK(answered({"--version"}).text.find("touchstone ") == 0);
}

TEST_CASE("what events is asked for") {
    const auto options = parsed({"events", "-f", "-n", "5", "--since", "-2h", "--path", "/a,b", "--path", "*.c", "--verdict", "expected,unexpected", "x.jsonl"}).events;
    CHECK(options.follow);
    CHECK(options.lines == 5);
    CHECK(options.since == "-2h");
    CHECK(options.paths == std::vector<std::string>{"/a,b", "*.c"});
    CHECK(options.verdicts == std::vector<std::string>{"expected", "unexpected"});
    CHECK(options.file == "x.jsonl");
    for (const std::vector<const char*>& wrong :
         {std::vector<const char*>{"events", "--verdict", "odd"}, {"events", "--group", "--json"}, {"events", "-n", "-1"}, {"events", "-f", "--until", "now"}, {"events", "--severity", "99"}})
        CHECK(answered(wrong).status == kUsage);
}

TEST_CASE("what events is to select") {
    EventsOptions options;
    options.paths = {"a/../b", "*.c", "sub/*.c", "/etc/*", "**/x"};
    options.severity = "high";
    options.since = "@5";
    const auto selection = selection_of(options, "/work", {});
    REQUIRE(selection);
    CHECK(selection->paths == std::vector<std::string>{"/work/b", "*.c", "/work/sub/*.c", "/etc/*", "**/x"});
    CHECK(selection->severity == 73);
    CHECK(selection->since->time_since_epoch() == std::chrono::seconds(5));
    options.since = "soon";
    CHECK_FALSE(selection_of(options, "/work", {}));
}

TEST_CASE("approve sign says from what to what, for whom, until when and with which key") {
    const std::vector<const char*> whole{"approve", "sign", "--manifest", "m", "--before-manifest", "b", "--host", "h", "--expires", "2h", "--key", "k", "-o", "out", "--prefix", "/srv"};
    const auto arguments = parsed(whole);
    CHECK(arguments.verb == Verb::approve_sign);
    CHECK(arguments.to_sign.manifest == "m");
    CHECK(arguments.to_sign.root == "/srv");
    CHECK(arguments.to_sign.hosts == std::vector<std::string>{"h"});
    for (std::size_t pair = 2; pair + 2 < whole.size(); pair += 2) {  // each but --prefix is needed
        auto words = whole;
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(pair), words.begin() + static_cast<std::ptrdiff_t>(pair) + 2);
        INFO(whole[pair]);
        CHECK(answered(words).status == kUsage);
    }
    for (const auto& extra : {"--directory", "--tarball", "--before-directory"}) {
        auto words = whole;
        words.insert(words.end(), {extra, "x"});
        CHECK(answered(words).status == kUsage);
    }
    auto words = whole;
    words.push_back("--any-host");
    CHECK(answered(words).status == kUsage);
    words = whole;
    words.push_back("--without-before");
    CHECK(answered(words).status == kUsage);
}
