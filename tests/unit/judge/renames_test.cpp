// Groups of names that renames link.
#include <catch2/catch.hpp>
#include <cerrno>

#include "unit/judge/scene.hpp"

using namespace scene;

TEST_CASE("an unknown file renamed over a known one is one change") {
    Scene scene;  // sed -i
    scene.name("/sedX", kCreated | kMoved).name("/a", kMoved).baseline(file(1, "x")).now(file(2, "y", 200)).rename("/sedX", "/a");
    const auto judged = scene.judge();
    CHECK(told(judged) == "changed /a (sha256) via /sedX");
    CHECK(judged.findings[0].severity == Severity::high);
    CHECK(remembered(judged) == "/sedX forget; /a known");
}

TEST_CASE("a save with the same content touches") {
    Scene scene;
    scene.name("/t", kCreated | kMoved).name("/a", kMoved).baseline(file(1, "x")).now(file(2, "x", 200)).rename("/t", "/a");
    CHECK(told(scene.judge()) == "touched /a via /t as baseline");
}

TEST_CASE("a save through several temporary names") {
    Scene scene;
    scene.name("/t1", kCreated | kMoved).name("/t2", kMoved).name("/a", kMoved).baseline(file(1, "x")).now(file(2, "y", 200));
    scene.rename("/t1", "/t2").rename("/t2", "/a");
    CHECK(told(scene.judge()) == "changed /a (sha256) via /t1 /t2");
}

TEST_CASE("vim: the old file goes to a backup that is deleted") {
    Scene scene;
    scene.name("/a", kMoved | kCreated).baseline(file(1, "x")).now(file(2, "y", 200)).name("/a~", kMoved | kDeleted).rename("/a", "/a~");
    const auto judged = scene.judge();
    CHECK(told(judged) == "changed /a (sha256) via /a~");
    CHECK(remembered(judged) == "/a known; /a~ forget");
}

TEST_CASE("a backup that is kept is the old file under a new name") {
    Scene scene;
    scene.name("/a", kMoved | kCreated).baseline(file(1, "x")).now(file(2, "y", 200));
    scene.name("/a~", kMoved).now(file(1, "x", 200)).rename("/a", "/a~");
    CHECK(told(scene.judge()) == "changed /a (sha256); renamed /a~ was /a");
}

TEST_CASE("a known object under a free name is renamed") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved).now(file(1, "x", 200)).rename("/a", "/b");
    const auto judged = scene.judge();
    CHECK(told(judged) == "renamed /b was /a");
    CHECK(judged.findings[0].before->digest == file(1, "x").digest);
    CHECK(remembered(judged) == "/a absent; /b known");
}

TEST_CASE("renamed and then written says what was written") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved | kWritten).now(file(1, "yy", 200)).rename("/a", "/b");
    CHECK(told(scene.judge()) == "renamed /b (size sha256) was /a");
}

TEST_CASE("a rename after a restart, when devices have other numbers") {
    auto now = file(1, "x", 200);
    now.id.device = 99;
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved).now(now).rename("/a", "/b");
    CHECK(told(scene.judge()) == "renamed /b was /a");
}

TEST_CASE("known over known is renamed, with the target's changes") {
    Scene scene;
    scene.name("/a", kMoved).baseline(with_mode(file(1, "x"), 0600)).name("/b", kMoved).baseline(file(2, "y"))
        .now(with_mode(file(1, "x", 200), 0600));
    scene.rename("/a", "/b");
    const auto judged = scene.judge();
    CHECK(told(judged) == "renamed /b (mode sha256) was /a");
    CHECK(judged.findings[0].changes[0].before == "0644");
    CHECK(judged.findings[0].before->digest == file(2, "y").digest);
}

TEST_CASE("an exchange is two renames, each with its target's changes") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).now(file(2, "y", 200)).name("/b", kMoved).baseline(file(2, "y")).now(file(1, "x", 200));
    scene.rename("/a", "/b").rename("/b", "/a");
    CHECK(told(scene.judge()) == "renamed /a (sha256) was /b; renamed /b (sha256) was /a");
}

TEST_CASE("a chain of renames is one") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved).name("/c", kMoved).now(file(1, "x", 200));
    scene.rename("/a", "/b").rename("/b", "/c");
    CHECK(told(scene.judge()) == "renamed /c was /a via /b");
}

TEST_CASE("a rotation of known objects through a free name") {
    Scene scene;  // mv a t; mv b a; mv t b
    scene.name("/a", kMoved).baseline(file(1, "x")).now(file(2, "y", 200)).name("/t", kMoved).name("/b", kMoved).baseline(file(2, "y"));
    scene.now(file(1, "x", 200)).rename("/a", "/t").rename("/b", "/a").rename("/t", "/b");
    CHECK(told(scene.judge()) == "renamed /a (sha256) was /b; renamed /b (sha256) was /a via /t");
}

TEST_CASE("renamed away and back is nothing") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).now(file(1, "x", 200)).name("/b", kMoved).rename("/a", "/b").rename("/b", "/a");
    const auto judged = scene.judge();
    CHECK(told(judged).empty());
    CHECK(remembered(judged) == "/a known; /b forget");
}

TEST_CASE("renamed back to where the baseline has it") {
    Scene scene
        ;
    scene.name("/b", kMoved).reported(file(1, "x", 200));
    scene.name("/a", kMoved).baseline(file(1, "x")).reported(Absent{}).now(file(1, "x", 300));
    scene.rename("/b", "/a");
    CHECK(told(scene.judge()) == "renamed /a was /b as baseline");
}

TEST_CASE("an unknown file renamed to a free name appeared") {
    Scene scene;
    scene.name("/t", kCreated | kMoved).name("/a", kMoved).now(file(1, "x")).rename("/t", "/a");
    CHECK(told(scene.judge()) == "appeared /a via /t");
}

TEST_CASE("what came, was renamed and went is one transient") {
    Scene scene;
    scene.name("/t1", kCreated | kMoved).name("/t2", kMoved).name("/t3", kMoved | kDeleted).rename("/t1", "/t2").rename("/t2", "/t3");
    CHECK(told(scene.judge()) == "vanished /t3 via /t1 /t2 transient as baseline");
}

TEST_CASE("renamed to a name under which it is gone: the known name vanished") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved | kDeleted).rename("/a", "/b");
    CHECK(told(scene.judge()) == "vanished /a via /b");
}

TEST_CASE("renamed, deleted and made anew there: vanished and appeared, not renamed") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved | kDeleted | kCreated).now(file(9, "x", 200)).rename("/a", "/b");
    CHECK(told(scene.judge()) == "vanished /a; appeared /b");
}

TEST_CASE("a rename out of the watch is vanished") {
    CHECK(told(Scene().name("/a", bit(Act::moved_out)).baseline(file(1, "x")).judge()) == "vanished /a");
}

TEST_CASE("a directory is renamed like anything else") {
    Scene scene;
    scene.name("/d", kMoved).baseline(directory(1)).name("/e", kMoved).now(directory(1, 200)).rename("/d", "/e");
    CHECK(told(scene.judge()) == "renamed /e was /d");
}

TEST_CASE("an inode number that comes back as another type is another object") {
    Scene scene;
    scene.name("/d", kMoved).baseline(directory(1)).name("/e", kMoved).now(file(1, "x", 200)).rename("/d", "/e");
    CHECK(told(scene.judge()) == "vanished /d; appeared /e");
}

TEST_CASE("of two hard links the one that went was renamed") {
    auto linked = file(1, "x");
    linked.link_count = 2;
    Scene scene;
    scene.name("/keep", kAttributes).baseline(linked).now(linked).name("/a", kMoved).baseline(linked).name("/b", kMoved).now(linked);
    scene.rename("/keep", "/b").rename("/a", "/b");
    CHECK(told(scene.judge()) == "renamed /b was /a");
}

TEST_CASE("two saves in one group, each with its own temporary name") {
    Scene scene;
    scene.name("/t", kCreated | kMoved).name("/a", kMoved).baseline(file(1, "x")).now(file(2, "y", 200));
    scene.name("/u", kCreated | kMoved).name("/b", kMoved).baseline(file(3, "x")).now(file(4, "z", 200));
    scene.rename("/t", "/a").rename("/u", "/b").rename("/t", "/u");
    CHECK(told(scene.judge()) == "changed /a (sha256) via /t; changed /b (sha256) via /u");
}

TEST_CASE("renames of names that are not in the group still link it")
    {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/c", kMoved).now(file(1, "x", 200));
    scene.rename("/a", "/left-out").rename("/left-out", "/c");
    CHECK(told(scene.judge()) == "renamed /c was /a");
}

TEST_CASE("a renamed object that can no longer be read is both") {
    Unreadable now = refused(EACCES);
    now.seen = file(1, "x", 200);
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved).now(now).rename("/a", "/b");
    CHECK(told(scene.judge()) == "renamed /b was /a; unreadable /b");
}

TEST_CASE("of two hard links, one replaced and one gone, the one that is gone was renamed") {
    auto linked = file(1, "x");
    linked.link_count = 2;
    Scene scene;
    scene.name("/a", kMoved | kCreated).baseline(linked).now(file(5, "y", 200)).name("/b", kMoved).baseline(linked);
    scene.name("/c", kMoved).now(linked).rename("/a", "/c").rename("/b", "/c");
    CHECK(told(scene.judge()) == "changed /a (sha256 link_count); renamed /c was /b");
}

TEST_CASE("a hard link that stays does not become the other's new name") {
    auto linked = file(1, "x"), alone = file(1, "x", 200);
    linked.link_count = 2;
    Scene scene;
    scene.name("/a", kMoved | kDeleted).baseline(linked).name("/b", kMoved).baseline(linked).now(alone).rename("/a", "/b");
    CHECK(told(scene.judge()) == "vanished /a; changed /b (link_count)");
}

TEST_CASE("a temporary name belongs to where it led, however far, before where it came from") {
    Scene scene;
    scene.name("/a", kMoved | kCreated).baseline(file(1, "x")).now(file(2, "y", 200)).name("/v", kMoved).name("/w", kMoved);
    scene.name("/c", kMoved).now(file(1, "x", 200)).rename("/a", "/v").rename("/v", "/w").rename("/w", "/c");
    CHECK(told(scene.judge()) == "changed /a (sha256); renamed /c was /a via /v /w");
}

TEST_CASE("what cannot be seen at all is taken for the object that went there, if one is missing") {
    Scene scene;
    scene.name("/a", kMoved).baseline(file(1, "x")).name("/b", kMoved).now(refused(EIO, "statx")).rename("/a", "/b");
    CHECK(told(scene.judge()) == "renamed /b was /a; unreadable /b");
    scene = Scene();
    scene.name("/a", kMoved | kCreated).baseline(file(1, "x")).now(file(2, "y", 200));
    scene.name("/b", kMoved).now(refused(EIO, "statx")).rename("/a", "/b");
    CHECK(told(scene.judge()) == "changed /a (sha256); unreadable /b");
}
