#include <catch2/catch.hpp>
#include <cerrno>

#include "unit/judge/scene.hpp"

using namespace scene;

namespace {

// Refused on open: a stat was had, the content was not.
Unreadable seen(Attributes attributes, int error = EACCES) {
    attributes.digest.clear();
    return {error, "open", attributes};
}

// What a group of one leaves behind, as the next one's last report.
Look left_by(const Scene& scene) { return scene.judge().effects[0].observation.look; }

}  // namespace

TEST_CASE("what cannot be looked at is said once") {
    const auto first = Scene().name("/a", kAttributes).baseline(file(1, "x")).now(seen(file(1, "x", 200)));
    const auto judged = first.judge();
    CHECK(told(judged) == "unreadable /a");
    CHECK(judged.findings[0].severity == Severity::high);
    CHECK(judged.findings[0].unreadable->error == EACCES);
    CHECK(told(Scene().name("/a", kLook).baseline(file(1, "x")).reported(left_by(first)).now(seen(file(1, "x", 200))).judge()).empty());
    CHECK(told(Scene().name("/a", kLook).baseline(file(1, "x")).reported(left_by(first)).now(seen(file(1, "x", 200), EIO)).judge()) ==
          "unreadable /a");
}

TEST_CASE("a new file that cannot be read is unreadable, not appeared") {
    CHECK(told(Scene().name("/a", kCreated).now(refused(EIO, "read")).judge()) == "unreadable /a");
}

TEST_CASE("what could be seen of it is compared") {
    const auto now = seen(with_mode(file(1, "x", 200), 0));
    CHECK(told(Scene().name("/a", kAttributes).baseline(file(1, "x")).now(now).judge()) == "unreadable /a (mode)");
    CHECK(told(Scene().name("/a", kAttributes).reported(seen(file(1, "x"))).now(now).judge()) == "changed /a (mode)");
}

TEST_CASE("readable again: held against what was known before it was not") {
    const auto refused_once = Scene().name("/a", kLook).baseline(file(1, "x")).reported(file(1, "y", 150)).now(seen(file(1, "y", 200)));
    const auto again = [&](const Attributes& now) {
        return told(Scene().name("/a", kLook).baseline(file(1, "x")).reported(left_by(refused_once)).now(now).judge());
    };
    CHECK(again(file(1, "x", 300)) == "reverted /a (sha256) as baseline");
    CHECK(again(file(1, "y", 300)) == "touched /a");
    CHECK(again(file(1, "z", 300)) == "changed /a (sha256)");
}

TEST_CASE("readable again, and as the baseline has it: reverted") {
    const auto refused_once = Scene().name("/a", kLook).baseline(file(1, "x")).now(refused(EIO, "read"));
    CHECK(told(Scene().name("/a", kLook).baseline(file(1, "x")).reported(left_by(refused_once)).now(file(1, "x")).judge()) ==
          "reverted /a as baseline");
}

TEST_CASE("readable for the first time: its content becomes known") {
    const auto judged = Scene().name("/a", kLook).reported(seen(file(1, "x"))).now(file(1, "x", 200)).judge();
    CHECK(told(judged) == "changed /a (sha256)");
    CHECK(judged.findings[0].changes[0].before.empty());
    CHECK(judged.findings[0].reason == "can be read again");
}

TEST_CASE("unreadable in the baseline, and still so: nothing to say, nothing to remember") {
    auto judged = Scene().name("/a", kLook).baseline(seen(file(1, "x"))).now(seen(file(1, "x"))).judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/a forget");
    judged = Scene().name("/a", kLook).baseline(seen(file(1, "x"))).now(seen(file(1, "x", 200))).judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/a refused");
}

TEST_CASE("something unreadable that is gone vanished") {
    CHECK(told(Scene().name("/a", kDeleted).baseline(file(1, "x")).reported(seen(file(1, "x"))).judge()) == "vanished /a");
    CHECK(told(Scene().name("/a", kDeleted).reported(refused(EIO)).judge()) == "vanished /a as baseline");
}
