// Profile log: growing and rotating are normal, rewriting is not.
#include <catch2/catch.hpp>

#include "unit/judge/scene.hpp"

using namespace scene;

namespace {

Scene logs() { return std::move(Scene().rule(Profile::log)); }

// "syslog" was moved to "syslog.1", that to "syslog.2", and made anew.
Scene rotated() {
    auto scene = logs();
    scene.name("/syslog", kMoved | kCreated).baseline(log(1, "a")).reported(log(1, "a", "tt"), true)
        .now(log(3, "", "n", 300)).rotated_to("/syslog.1");
    scene.name("/syslog.1", kMoved).baseline(log(2, "o")).now(log(1, "a", "tt", 300)).rotated_from("/syslog");
    scene.name("/syslog.2", kMoved).now(log(2, "o", "", 300)).rotated_from("/syslog.1");
    return std::move(scene.rename("/syslog.1", "/syslog.2").rename("/syslog", "/syslog.1"));
}

}  // namespace

TEST_CASE("a log that has only grown is silent, and its new state follows the baseline") {
    const auto first = logs().name("/l", kWritten).baseline(log(1, "a", "t")).now(log(1, "ab", "t", 200)).held(true).judge();
    CHECK(told(first).empty());
    CHECK(remembered(first) == "/l known follows");
    const auto next = logs().name("/l", kWritten).baseline(log(1, "a")).reported(log(1, "ab"), true).now(log(1, "abc", "", 200)).held(true);
    CHECK(remembered(next.judge()) == "/l known follows");
}

TEST_CASE("a log that was never in the baseline grows silently and does not follow it") {
    const auto judged = logs().name("/l", kWritten).reported(log(1, "a")).now(log(1, "ab", "", 200)).held(true).judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/l known");
}

TEST_CASE("a rewritten log names the first block that differs") {
    const auto judged = logs().name("/l", kWritten).baseline(log(1, "abc")).now(log(1, "axcd", "", 200)).held(false, 1).judge();
    CHECK(told(judged) == "changed /l (block.1)");
    CHECK(judged.findings[0].changes[0].before == "6262626262626262626262626262626262626262626262626262626262626262");
    CHECK(judged.findings[0].changes[0].after.substr(0, 4) == "7878");
    CHECK(judged.findings[0].reason == "its old content was rewritten");
    CHECK(remembered(judged) == "/l known");
}

TEST_CASE("a shrunk or replaced log without evidence is changed, and says so") {
    const auto shrunk = logs().name("/l", kWritten).baseline(log(1, "ab", "t")).now(log(1, "a", "", 200)).held(false, 1).judge();
    CHECK(told(shrunk) == "changed /l (block.1)");
    CHECK(shrunk.findings[0].changes[0].before == std::to_string(2 * BlockDigests::kBlockSize + 100));
    CHECK(shrunk.findings[0].changes[0].after == std::to_string(BlockDigests::kBlockSize));
    CHECK(shrunk.findings[0].reason == "shrunk, but its old content is not in any sibling");
    const auto replaced = logs().name("/l", kCreated).baseline(log(1, "ab")).now(log(2, "xb", "", 200)).held(false, 0).judge();
    CHECK(told(replaced) == "changed /l (block.0)");
    CHECK(replaced.findings[0].reason == "replaced, but its old content is not in any sibling");
}

TEST_CASE("a name that came and went is silent when its content is in a rotation, of a log only") {
    CHECK(told(logs().name("/l.1", kCreated | kDeleted).rotated_to("/l.1.gz").judge()).empty());
    CHECK(told(logs().name("/l.1", kCreated | kDeleted).judge()) == "vanished /l.1 transient as baseline");
    CHECK(told(Scene().name("/l.1", kCreated | kDeleted).rotated_to("/l.1.gz").judge()) == "vanished /l.1 transient as baseline");
}

TEST_CASE("another inode with the old content is fine") {
    CHECK(told(logs().name("/l", kCreated | kMoved).baseline(log(1, "ab")).now(log(2, "abc", "", 200)).held(true).judge()).empty());
}

TEST_CASE("without word of the look the digests decide as far as they can") {
    const auto compared = [](const Attributes& before, const Attributes& now) {
        return told(logs().name("/l", kWritten).baseline(before).now(now).judge());
    };
    CHECK(compared(log(1, "ab", "t"), log(1, "abc", "", 200)).empty());
    CHECK(compared(log(1, "ab"), log(1, "ax", "", 200)) == "changed /l (block.1)");
    CHECK(compared(log(1, "ab", "t"), log(1, "ab", "u", 200)) == "changed /l (block.2)");
    CHECK(compared(log(1, "ab", "tt"), log(1, "ab", "t", 200)) == "changed /l (block.2)");
    CHECK(compared(log(1, "ab"), log(1, "", "", 200)) == "changed /l (block.0)");
    CHECK(compared(file(1, "xx"), log(1, "", "", 200)) == "changed /l (block.0)");
}

TEST_CASE("mode and owner of a log are judged like those of any file") {
    auto scene = logs();
    scene.name("/l", kAttributes | kWritten).baseline(log(1, "a")).now(with_mode(log(1, "ab", "", 200), 0666)).held(true);
    const auto judged = scene.judge();
    CHECK(told(judged) == "changed /l (mode)");
    CHECK(remembered(judged) == "/l known follows");
    scene = logs()
        ;
    scene.name("/l", kAttributes).baseline(log(1, "a")).reported(judged.effects[0].observation.look, true);
    scene.now(log(1, "ab", "", 300)).held(true);
    CHECK(told(scene.judge()) == "reverted /l (mode) as baseline");
}

TEST_CASE("what a log should be: the baseline's mode, the content that follows it") {
    const Observation baseline{"/l", at(1), log(1, "a"), std::nullopt, false};
    Observation reported{"/l", at(2), with_mode(log(2, "ab"), 0666), std::nullopt, true};
    const auto expected = expected_of(baseline, reported);
    CHECK(expected->attributes()->mode == 0644);
    CHECK(expected->attributes()->blocks == log(2, "ab").blocks);
    CHECK(expected->attributes()->id.inode == 2);
    reported.follows_baseline = false;
    CHECK(expected_of(baseline, reported)->attributes()->blocks == log(1, "a").blocks);
    reported.follows_baseline = true;
    CHECK(expected_of(std::nullopt, reported)->attributes()->mode == 0666);
    reported.look = Absent{};
    CHECK(expected_of(baseline, reported)->absent());
    CHECK_FALSE(expected_of(std::nullopt, std::nullopt));
}

TEST_CASE("a log is touched by its attributes alone") {
    const auto known = [](ActSet acts) {
        return told(logs().name("/l", acts).baseline(log(1, "a")).now(log(1, "a", "", 200)).held(true).judge());
    };
    CHECK(known(kAttributes) == "touched /l as baseline");
    CHECK(known(kWritten).empty());
    CHECK(known(kAttributes | kWritten).empty());
    CHECK(known(kLook).empty());
}

TEST_CASE("tampered with and put back is reverted") {
    auto scene = logs();
    scene.name("/l", kWritten).baseline(log(1, "ab")).reported(log(1, "xb", "", 150)).now(log(1, "ab", "", 200)).held(false, 0);
    const auto judged = scene.judge();
    CHECK(told(judged) == "reverted /l (block.0) as baseline");
    CHECK(remembered(judged) == "/l known follows");
}

TEST_CASE("a tampered log that grows stays tampered with") {
    auto scene = logs();
    scene.name("/l", kWritten).baseline(log(1, "ab")).reported(log(1, "xb", "", 150)).now(log(1, "xbc", "", 200)).held(true);
    const auto judged = scene.judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/l known");
}

TEST_CASE("a rotation with evidence is silent and moves the known state along") {
    const auto judged = rotated().judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/syslog known follows; /syslog.1 known follows; /syslog.2 known follows");
}

TEST_CASE("the last of a row that moved up is no finding; one that was merely overwritten by another is") {
    const auto overwritten = [](bool dropped) {
        auto scene = rotated();
        scene.name("/syslog.3", kMoved).reported(log(9, "z"), true).now(log(8, "y", "", 300)).rotated_from("/syslog.1").held(false, 0);
        if (dropped) scene.dropped();
        return scene.judge();
    };
    CHECK(told(overwritten(true)).empty());
    CHECK(overwritten(true).effects[3].observation.follows_baseline);
    CHECK(told(overwritten(false)) == "changed /syslog.3 (block.0)");
    CHECK(overwritten(false).findings[0].reason == "replaced, but its old content is not in any sibling");
    CHECK_FALSE(overwritten(false).effects[3].observation.follows_baseline);
}

TEST_CASE("a rotation explains no other name that goes in the same moment") {
    auto scene = rotated();
    for (const auto* path : {"/auth.log", "/syslogd", "/syslog.4", "/syslog-20260101"}) scene.name(path, kDeleted).baseline(log(8, "z"));
    CHECK(told(scene.judge()) == "vanished /auth.log; vanished /syslogd; vanished /syslog.4; vanished /syslog-20260101");
}

TEST_CASE("rotated away, and made again by its writer later") {
    auto scene = logs();
    scene.name("/l", kMoved).baseline(log(1, "a")).name("/l.1", kMoved).now(log(1, "a", "", 200)).rotated_from("/l").rename("/l", "/l.1");
    const auto away = scene.judge();
    CHECK(told(away).empty());
    CHECK(remembered(away) == "/l absent follows; /l.1 known follows");

    const auto made = logs().name("/l", kCreated).baseline(log(1, "a")).reported(Absent{}, true).now(log(5, "", "n", 300)).judge();
    CHECK(told(made).empty());
    CHECK(remembered(made) == "/l known follows");
    const auto open = logs().name("/l", kCreated).baseline(log(1, "a")).reported(Absent{}, true).now(with_mode(log(5, "", "n", 300), 0666));
    CHECK(told(open.judge()) == "appeared /l");
    CHECK(told(logs().name("/l", kCreated).baseline(log(1, "a")).reported(Absent{}).now(log(5, "", "n", 300)).judge()) == "appeared /l");
}

TEST_CASE("compressed elsewhere and removed: the copy speaks for it") {
    const auto removed = logs().name("/l.1", kDeleted).baseline(log(1, "a")).rotated_to("/l.1.gz").judge();
    CHECK(told(removed).empty());
    CHECK(remembered(removed) == "/l.1 absent follows");
    const auto copy = logs().name("/l.1.gz", kCreated).now(log(2, "g")).rotated_from("/l.1").judge();
    CHECK(told(copy).empty());
    CHECK(remembered(copy) == "/l.1.gz known follows");
}

TEST_CASE("copytruncate with evidence is silent") {
    auto scene = logs();
    scene.name("/l", kWritten).baseline(log(1, "ab")).now(log(1, "", "n", 200)).held(false, 0).rotated_to("/l.1");
    CHECK(told(scene.judge()).empty());
    CHECK(remembered(scene.judge()) == "/l known follows");
}

TEST_CASE("a rotation does not launder a log that was tampered with") {
    auto scene = logs();
    scene.name("/l", kMoved | kCreated).baseline(log(1, "a")).reported(log(1, "x")).now(log(3, "", "n", 300)).rotated_to("/l.1");
    scene.name("/l.1", kMoved).now(log(1, "x", "", 300)).rotated_from("/l").rename("/l", "/l.1");
    CHECK(remembered(scene.judge()) == "/l known; /l.1 known");
}

TEST_CASE("a log renamed without evidence is renamed, and the new one changed") {
    auto scene = logs();
    scene.name("/l", kMoved | kCreated).baseline(log(1, "ab")).now(log(3, "x", "", 300)).held(false, 0);
    scene.name("/old", kMoved).now(log(1, "ab", "", 300)).rename("/l", "/old");
    CHECK(told(scene.judge()) == "changed /l (block.0); renamed /old was /l");
}

TEST_CASE("a log known by rotation alone, once its mode is changed, no longer stands in for the baseline") {
    auto scene = logs();
    scene.name("/l.2", kAttributes).reported(log(1, "a"), true).now(with_mode(log(1, "a", "", 200), 0666)).held(true);
    CHECK(told(scene.judge()) == "changed /l.2 (mode)");
    CHECK(remembered(scene.judge()) == "/l.2 known");
}

TEST_CASE("an absence that a rotation explains stays explained") {
    const auto again = logs().name("/l", kDeleted).baseline(log(1, "a")).reported(Absent{}, true).judge();
    CHECK(told(again).empty());
    CHECK(remembered(again) == "/l absent follows");
}

TEST_CASE("another log, renamed to where one was rotated away, does not follow it") {
    auto scene = logs();
    scene.name("/x", kMoved).baseline(log(7, "z"));
    scene.name("/l", kMoved).baseline(log(1, "a")).reported(Absent{}, true).now(log(7, "z", "", 300));
    scene.rename("/x", "/l");
    CHECK(told(scene.judge()) == "renamed /l was /x");
    CHECK(remembered(scene.judge()) == "/x absent; /l known");
}
