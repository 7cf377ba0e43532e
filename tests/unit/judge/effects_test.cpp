// What the state must say after a group was judged.
#include <catch2/catch.hpp>

#include "unit/judge/scene.hpp"

using namespace scene;

TEST_CASE("a state that the baseline says in full is forgotten") {
    CHECK(remembered(Scene().name("/a", kWritten).baseline(file(1, "x")).now(file(1, "x")).judge()) == "/a forget");
    CHECK(remembered(Scene().name("/t", kCreated | kDeleted).judge()) == "/t forget");
    CHECK(remembered(Scene().name("/t", kDeleted).reported(file(1, "x")).judge()) == "/t forget");
}

TEST_CASE("what is only recorded is remembered too, or every sweep would look again") {
    CHECK(remembered(Scene().name("/a", kWritten).baseline(file(1, "x")).now(file(1, "x", 200)).judge()) == "/a known");
    CHECK(remembered(Scene().name("/a", kWritten).baseline(file(1, "x")).now(file(2, "x")).judge()) == "/a known");
    CHECK(remembered(Scene().name("/d", kLook).baseline(directory(1)).now(directory(1, 200)).judge()) == "/d known");
}

TEST_CASE("a racy row of the baseline is replaced by one that is not") {
    auto judged = Scene().name("/a", kLook).baseline(file(1, "x", 500)).now(file(1, "x", 500)).judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/a known");
    judged = Scene().name("/a", kLook).baseline(file(1, "x", 1000)).now(file(1, "x", 1000)).judge();
    CHECK(remembered(judged) == "/a forget");
}

TEST_CASE("an absence is remembered where the baseline has the object") {
    CHECK(remembered(Scene().name("/a", kDeleted).baseline(file(1, "x")).judge()) == "/a absent");
}

TEST_CASE("an effect is that of the look, for every subject, in their order") {
    Scene scene;
    scene.name("/b", kWritten).now(file(1, "x")).name("/a", kWritten).baseline(file(2, "x")).now(file(2, "y", 200));
    const auto judged = scene.judge();
    CHECK(remembered(judged) == "/b known; /a known");
    CHECK(judged.effects[1].observation.looked_at == at(1000));
    CHECK(judged.effects[1].observation.attributes()->digest == file(2, "y").digest);
}

TEST_CASE("what was known of something is not forgotten when it cannot be read") {
    Unreadable now = refused(EACCES);
    now.seen = file(1, "", 200);
    now.seen->digest.clear();
    now.seen->size = 5;
    const auto judged = Scene().name("/a", kLook).baseline(file(1, "x")).now(now).judge();
    const auto& kept = judged.effects[0].observation.unreadable()->seen;
    REQUIRE(kept);
    CHECK(kept->digest == file(1, "x").digest);
    CHECK(kept->size == 5);
    CHECK(kept->ctime == at(200));
}

TEST_CASE("an empty group says nothing") {
    const auto judged = Scene().judge();
    CHECK(judged.findings.empty());
    CHECK(judged.effects.empty());
}
