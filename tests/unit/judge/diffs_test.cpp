// The difference in a text goes with the finding that is of the same two contents.
#include <catch2/catch.hpp>

#include "unit/judge/scene.hpp"

using namespace scene;

namespace {

Scene& with_rule(Scene& scene, Diff diff) {
    auto rule = std::make_shared<Rule>(*scene.group.back().rule);
    rule->diff = diff;
    scene.group.back().rule = rule;
    return scene;
}

TextDiff between(const Attributes& before, const Attributes& after) {
    TextDiff diff;
    diff.before = before.digest;
    diff.after = after.digest;
    diff.text = "@@";
    return diff;
}

std::optional<TextDiff> diff_of(const Scene& scene) {
    const auto judgement = scene.judge();
    REQUIRE(judgement.findings.size() == 1);
    return judgement.findings.front().diff;
}

}  // namespace

TEST_CASE("a finding about the content takes the difference of that content") {
    Scene scene;
    scene.name("/a", kWritten).baseline(file(1, "one")).now(file(1, "two", 200));
    with_rule(scene, Diff::shown).group.back().diff = between(file(1, "one"), file(1, "two"));
    REQUIRE(diff_of(scene));
    CHECK(diff_of(scene)->text == "@@");
}

TEST_CASE("and none of another: it was reported otherwise meanwhile") {
    Scene scene;
    scene.name("/a", kWritten).baseline(file(1, "one")).reported(file(1, "last")).now(file(1, "two", 200));
    with_rule(scene, Diff::shown).group.back().diff = between(file(1, "one"), file(1, "two"));
    REQUIRE(diff_of(scene));
    CHECK(diff_of(scene)->text.empty());
    CHECK(diff_of(scene)->why_not == "it was compared with another content than was reported last");
}

TEST_CASE("nor has a rule that wants none, or a change of something else") {
    Scene off;
    off.name("/a", kWritten).baseline(file(1, "one")).now(file(1, "two", 200)).group.back().diff = between(file(1, "one"), file(1, "two"));
    CHECK_FALSE(diff_of(off));
    Scene mode;
    mode.name("/a", kAttributes).baseline(file(1, "one")).now(with_mode(file(1, "one", 200), 0600));
    CHECK_FALSE(diff_of(with_rule(mode, Diff::shown)));
    Scene appeared;
    appeared.name("/a", kCreated).now(file(1, "one"));
    CHECK_FALSE(diff_of(with_rule(appeared, Diff::shown)));
}

TEST_CASE("a rename takes the difference from what was known under the name before") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "one")).name("/b", kMoved | kWritten).now(file(1, "two", 200)).rename("/a", "/b");
    with_rule(scene, Diff::shown).group.back().diff = between(file(1, "one"), file(1, "two"));
    const auto judgement = scene.judge();
    REQUIRE(told(judgement).starts_with("renamed /b"));
    REQUIRE(judgement.findings.front().diff);
    CHECK(judgement.findings.front().diff->text == "@@");
}
