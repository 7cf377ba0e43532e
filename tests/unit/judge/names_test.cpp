// One name at a time, without renames.
#include <catch2/catch.hpp>

#include "unit/judge/scene.hpp"

using namespace scene;

TEST_CASE("a new file appeared, and one that is gone vanished") {
    CHECK(told(Scene().name("/a", kCreated).now(file(1, "x")).judge()) == "appeared /a");
    const auto gone = Scene().name("/a", kDeleted).baseline(file(1, "x")).judge();
    CHECK(told(gone) == "vanished /a");
    CHECK(gone.findings[0].severity == Severity::high);
    CHECK(gone.findings[0].before->digest == file(1, "x").digest);
    CHECK_FALSE(gone.findings[0].after);
}

TEST_CASE("a changed file says what changed since it was last reported") {
    const auto first = Scene().name("/a", kWritten).baseline(file(1, "x")).now(file(1, "yy", 200)).judge();
    CHECK(told(first) == "changed /a (size sha256)");
    CHECK(first.findings[0].severity == Severity::high);
    CHECK(first.findings[0].verdict == Verdict::unexpected);
    CHECK(first.findings[0].touch.acts == kWritten);

    const auto then = Scene().name("/a", kAttributes).baseline(file(1, "x")).reported(file(1, "yy", 200))
        .now(with_mode(file(1, "yy", 300), 0600));
    CHECK(told(then.judge()) == "changed /a (mode)");
}

TEST_CASE("back at the baseline is reverted, of low severity") {
    const auto judged = Scene().name("/a", kWritten).baseline(file(1, "x")).reported(file(1, "y", 200)).now(file(1, "x", 300)).judge();
    CHECK(told(judged) == "reverted /a (sha256) as baseline");
    CHECK(judged.findings[0].severity == Severity::low);
}

TEST_CASE("made again after it was reported gone: appeared, and differs only when it does") {
    const auto again = [](const Attributes& now) {
        return told(Scene().name("/a", kCreated).baseline(file(1, "x")).reported(Absent{}).now(now).judge());
    };
    CHECK(again(file(2, "x", 300)) == "appeared /a as baseline");
    CHECK(again(file(2, "y", 300)) == "appeared /a");
}

TEST_CASE("gone, though it was never in the baseline: the baseline holds again") {
    CHECK(told(Scene().name("/a", kDeleted).reported(file(1, "x")).judge()) == "vanished /a as baseline");
}

TEST_CASE("what came and went between two looks is transient") {
    const auto judged = Scene().name("/t", kCreated | kDeleted).judge();
    CHECK(told(judged) == "vanished /t transient as baseline");
    CHECK(judged.findings[0].severity == Severity::low);
    CHECK(told(Scene().name("/t", bit(Act::moved_in) | bit(Act::moved_out)).judge()) == "vanished /t transient as baseline");
    CHECK(told(Scene().name("/a", kCreated | kDeleted).baseline(file(1, "x")).reported(Absent{}).judge()) == "vanished /a transient");
}

TEST_CASE("a temporary name in the making of another object says nothing when it has gone, and is judged when it stays") {
    const auto passing = [](Scene scene) { return told(scene.claim(Claim::Word::passing, "dpkg", {}).judge()); };
    CHECK(passing(Scene().name("/a.dpkg-tmp", kCreated | kDeleted)).empty());
    CHECK(passing(Scene().name("/a.dpkg-tmp", kCreated).now(file(1, "x"))) == "appeared /a.dpkg-tmp");
    CHECK(passing(Scene().name("/a.dpkg-tmp", kDeleted).reported(file(1, "x"))) == "vanished /a.dpkg-tmp as baseline");
}

TEST_CASE("the late word of a deletion that was found before says nothing") {
    CHECK(told(Scene().name("/a", kDeleted).baseline(file(1, "x")).reported(Absent{}).judge()).empty());
    CHECK(told(Scene().name("/t", kDeleted).judge()).empty());
    CHECK(told(Scene().name("/t", kLook).judge()).empty());
}

TEST_CASE("touched: it moved, and nothing that is judged differs") {
    const auto known = [](ActSet acts, int ctime, Profile profile = Profile::content, std::uint64_t inode = 1) {
        return told(Scene().rule(profile).name("/a", acts).baseline(file(1, "x")).now(file(inode, "x", ctime)).judge());
    };
    CHECK(known(kWritten, 200) == "touched /a as baseline");
    CHECK(known(kAttributes, 200) == "touched /a as baseline");
    CHECK(known(kLook, 200) == "touched /a as baseline");
    CHECK(known(kCreated | kDeleted, 200, Profile::content, 5) == "touched /a as baseline");
    CHECK(known(kCreated | kDeleted, 100, Profile::content, 5) == "touched /a as baseline");
    CHECK(known(kWritten, 100).empty());              // opened for writing and closed
    CHECK(known(bit(Act::created), 200).empty());     // a link made and removed, or its own creation told late
    CHECK(known(kMoved, 200).empty());
    CHECK(known(kMoved | kLook, 200).empty());
    CHECK(known(kMoved | kAttributes, 200) == "touched /a as baseline");
    CHECK(known(kWritten, 200, Profile::presence).empty());
    CHECK(known(kWritten, 200, Profile::metadata) == "touched /a as baseline");
    CHECK(Scene().name("/a", kWritten).baseline(file(1, "x")).now(file(1, "x", 200)).judge().findings[0].severity == Severity::low);
}

TEST_CASE("touched while it differs from the baseline still says that it does") {
    CHECK(told(Scene().name("/a", kWritten).baseline(file(1, "x")).reported(file(1, "y")).now(file(1, "y", 200)).judge()) == "touched /a");
}

TEST_CASE("a directory is touched by acts on itself, never by its entries or a sweep") {
    const auto known = [](ActSet acts, std::uint64_t inode = 1) {
        return told(Scene().name("/d", acts).baseline(directory(1)).now(directory(inode, 200)).judge());
    };
    CHECK(known(kLook).empty());
    CHECK(known(kLook, 2).empty());
    CHECK(known(kAttributes) == "touched /d as baseline");
    CHECK(known(bit(Act::created) | kDeleted, 2) == "touched /d as baseline");
    CHECK(known(bit(Act::created)).empty());
}

TEST_CASE("presence knows only coming, going and the type") {
    const auto presence = [] { return Scene().rule(Profile::presence, Severity::critical); };
    CHECK(told(presence().name("/a", kWritten).baseline(file(1, "x")).now(with_mode(file(1, "yy", 200), 0)).judge()).empty());
    auto link = file(1, "x");
    link.type = FileType::symlink;
    CHECK(told(presence().name("/a", kCreated).baseline(file(1, "x")).now(link).judge()) == "changed /a (type)");
    const auto gone = presence().name("/a", kDeleted).baseline(file(1, "x")).judge();
    CHECK(told(gone) == "vanished /a");
    CHECK(gone.findings[0].severity == Severity::critical);
}

TEST_CASE("metadata finds a changed size and no changed digest") {
    Scene scene;
    scene.rule(Profile::metadata).name("/a", kWritten).baseline(file(1, "x")).now(file(1, "yy", 200));
    CHECK(told(scene.judge()) == "changed /a (size)");
}

TEST_CASE("the names of one inode give one finding, under the one touched first") {
    auto before = file(1, "x"), after = file(1, "y", 200);
    before.link_count = after.link_count = 3;
    Scene scene;
    scene.name("/b", kWritten).baseline(before).now(after).touched_at(20);
    scene.rule(Profile::content, Severity::critical).name("/a", kWritten).baseline(before).now(after).touched_at(10);
    scene.name("/c", kWritten).baseline(before).reported(with_mode(before, 0600)).now(after).touched_at(30);
    const auto judged = scene.judge();
    CHECK(told(judged) == "changed /a (sha256) also /b; changed /c (mode sha256)");
    CHECK(judged.findings[0].severity == Severity::critical);
    CHECK(judged.effects.size() == 3);
}

TEST_CASE("two names of two inodes that change alike stay two findings") {
    Scene scene;
    scene.name("/a", kWritten).baseline(file(1, "x")).now(file(1, "y", 200));
    scene.name("/b", kWritten).baseline(file(2, "x")).now(file(2, "y", 200));
    CHECK(told(scene.judge()) == "changed /a (sha256); changed /b (sha256)");
}

TEST_CASE("two links that go are two findings") {
    Scene scene;
    scene.name("/a", kDeleted).baseline(file(1, "x"));
    scene.name("/b", kDeleted).baseline(file(1, "x"));
    CHECK(told(scene.judge()) == "vanished /a; vanished /b");
}
