// Directories made, filled, renamed, moved and removed: what happens below them is heard under the path that they have.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include <catch2/catch.hpp>

#include "support/filesystem_fixture.hpp"
#include "watched_ground.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

void act_on_directories(const std::string& type) {
    need_root();
    FileSystemFixture volume(type);
    const std::string w = volume.path() + "/w";
    const std::string out = volume.path() + "/out";
    for (const auto& path : {w, out, w + "/d", w + "/d/sub", out + "/tree", out + "/tree/sub"}) make_directory(path);
    write_file(w + "/d/sub/f");
    write_file(out + "/tree/sub/f");
    WatchedGround ground({w});
    const Recorder& said = ground.said();
    const auto after = [&](auto&& act) {
        ground.forget();
        act();
        ground.listen();
    };
    INFO(type);

    // Made and filled before a single event is read.
    after([&] { REQUIRE(shell("mkdir -p " + w + "/a/b/c && echo 1 > " + w + "/a/b/c/f") == 0); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/a", Act::created));
        CHECK(said.touched(w + "/a/b/c", Act::created));
        CHECK(said.touched(w + "/a/b/c/f", Act::closed));
        CHECK(said.sweeps().empty());
    }

    // Removed with all that is in it, before a single event is read: no name is lost though every handle is stale.
    after([&] { REQUIRE(shell("rm -rf " + w + "/a") == 0); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/a/b/c/f", Act::deleted));
        CHECK(said.touched(w + "/a/b/c", Act::deleted));
        CHECK(said.touched(w + "/a", Act::deleted));
    }

    // Both at once: the merged event of a directory stands before those of what was in it.
    const auto unresolved = ground.source().counters().unresolved;
    after([&] { REQUIRE(shell("mkdir -p " + w + "/t/u && echo 1 > " + w + "/t/u/f && rm -rf " + w + "/t") == 0); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/t/u/f", Act::created));
        CHECK(said.touched(w + "/t/u/f", Act::deleted));
        CHECK(ground.source().counters().unresolved == unresolved);
    }

    after([&] {
        rename_path(w + "/d", w + "/e");
        append_file(w + "/e/sub/f");
    });
    {
        INFO(said.text());
        CHECK(said.moved(w + "/d", w + "/e"));
        CHECK(said.touches().front().directory);
        CHECK(said.touched(w + "/e/sub/f", Act::modified));
        CHECK_FALSE(said.touched(w + "/d/sub/f"));
    }

    after([&] {
        rename_path(w + "/e", out + "/e");
        append_file(out + "/e/sub/f");
        write_file(out + "/e/sub/more");
    });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/e", Act::moved_out));
        CHECK(said.swept(w + "/e"));
        CHECK(said.touches().size() == 1);
    }

    after([&] {
        rename_path(out + "/tree", w + "/tree");
        append_file(w + "/tree/sub/f");
    });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/tree", Act::moved_in));
        CHECK(said.swept(w + "/tree"));
        CHECK(said.sweeps().front().actor);
        CHECK(said.touched(w + "/tree/sub/f", Act::modified));
    }

    // A parent of the watched root: what was watched is gone, then back.
    after([&] {
        make_directory(out + "/elsewhere");
        REQUIRE(::syscall(SYS_renameat2, AT_FDCWD, w.c_str(), AT_FDCWD, (out + "/w2").c_str(), 0) == 0);
        append_file(out + "/w2/tree/sub/f");
    });
    {
        INFO(said.text());
        CHECK(said.swept(w));
        CHECK(said.touched(w, Act::moved_out));
        CHECK_FALSE(said.touched(w + "/tree/sub/f"));
    }
    after([&] {
        rename_path(out + "/w2", w);
        append_file(w + "/tree/sub/f");
    });
    {
        INFO(said.text());
        CHECK(said.swept(w));
        CHECK(said.touched(w + "/tree/sub/f", Act::modified));
    }
    CHECK(said.gaps().empty());
}

}  // namespace

TEST_CASE("ext4: directories come, go and are renamed") { act_on_directories("ext4"); }
TEST_CASE("xfs: directories come, go and are renamed") { act_on_directories("xfs"); }
TEST_CASE("btrfs: directories come, go and are renamed") { act_on_directories("btrfs"); }
TEST_CASE("tmpfs: directories come, go and are renamed") { act_on_directories("tmpfs"); }

TEST_CASE("directories exchanged in one call keep what is below them") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path();
    make_directory(w + "/a");
    make_directory(w + "/b");
    write_file(w + "/a/of-a");
    write_file(w + "/b/of-b");
    WatchedGround ground({w});
    REQUIRE(::syscall(SYS_renameat2, AT_FDCWD, (w + "/a").c_str(), AT_FDCWD, (w + "/b").c_str(), RENAME_EXCHANGE) == 0);
    append_file(w + "/b/of-a");
    append_file(w + "/a/of-b");
    ground.listen();
    ground.forget();
    append_file(w + "/b/of-a");
    append_file(w + "/a/of-b");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/b/of-a", Act::modified));
    CHECK(ground.said().touched(w + "/a/of-b", Act::modified));
}

TEST_CASE("renaming to and fro, merged by the kernel, ends in the truth") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path();
    make_directory(w + "/a");
    write_file(w + "/a/f");
    WatchedGround ground({w});
    rename_path(w + "/a", w + "/b");
    rename_path(w + "/b", w + "/a");
    rename_path(w + "/a", w + "/b");
    ground.listen();
    ground.forget();
    append_file(w + "/b/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/b/f", Act::modified));
}

TEST_CASE("a write after a directory was renamed, merged with one before, is heard under the new path") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path();
    make_directory(w + "/a");
    make_directory(w + "/a/sub");
    write_file(w + "/a/sub/f");
    WatchedGround ground({w});
    append_file(w + "/a/sub/f");
    rename_path(w + "/a", w + "/b");
    append_file(w + "/b/sub/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/b/sub/f"));
    ground.forget();
    rename_path(w + "/b", w + "/c");
    ground.listen();
    CHECK_FALSE(ground.said().touched(w + "/c/sub/f"));  // the queue was empty meanwhile: nothing can have been merged
}

TEST_CASE("the parent of a watched directory is renamed, and another takes its place") {
    need_root();
    FileSystemFixture volume("tmpfs");
    const std::string p = volume.path() + "/p";
    for (const auto& path : {p, p + "/q", p + "/q/w", volume.path() + "/other", volume.path() + "/other/w"}) make_directory(path);
    write_file(p + "/q/w/f");
    write_file(volume.path() + "/other/w/f");
    WatchedGround ground({p + "/q/w"});
    rename_path(p + "/q", p + "/gone");
    append_file(p + "/gone/w/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().swept(p + "/q"));
    CHECK_FALSE(ground.said().touched(p + "/q/w/f"));
    ground.forget();
    rename_path(volume.path() + "/other", p + "/q");
    append_file(p + "/q/w/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().swept(p + "/q"));
    CHECK(ground.said().touched(p + "/q/w/f", Act::modified));
}

TEST_CASE("a watched path that does not exist yet is watched for, and again after it was deleted") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path() + "/x/y/w";
    WatchedGround ground({w, volume.path() + "/x/single"});
    for (int round = 0; round < 2; ++round) {
        ground.forget();
        REQUIRE(shell("mkdir -p " + w + "/d && echo 1 > " + w + "/d/f && echo 1 > " + volume.path() + "/x/single") == 0);
        ground.listen();
        INFO(round << "\n" << ground.said().text());
        CHECK(ground.said().swept(volume.path() + "/x"));
        CHECK(ground.said().touched(w, Act::created));
        CHECK(ground.said().touched(w + "/d/f", Act::closed));
        CHECK(ground.said().touched(volume.path() + "/x/single", Act::closed));
        ground.forget();
        REQUIRE(shell("rm -rf " + volume.path() + "/x") == 0);
        ground.listen();
        CHECK(ground.said().touched(w + "/d/f", Act::deleted));
        CHECK(ground.said().touched(w, Act::deleted));
    }
}

TEST_CASE("with directory marks the way to a path that does not exist yet is marked step by step") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string x = volume.path() + "/x", y = x + "/y", w = y + "/w";
    WatchedGround::Setup setup;
    setup.marks = FanotifyMarks::directory;
    WatchedGround ground({w}, setup);
    const auto swept_after = [&](const std::string& command, const std::string& scope) {
        ground.forget();
        REQUIRE(shell(command + " " + scope) == 0);
        ground.listen();
        INFO(command << " " << scope << "\n" << ground.said().text());
        CHECK(ground.said().swept(scope));
        ground.source().learn_way(w);  // as that sweep does before it looks for w
    };
    for (const char* round : {"first", "second"}) {
        INFO(round);
        swept_after("mkdir", x);
        swept_after("mkdir", y);
        swept_after("mkdir", w);
        ground.learn(w);
        ground.forget();
        write_file(w + "/f");
        ground.listen();
        CHECK(ground.said().touched(w + "/f", Act::created));
        // Another takes a place on the way, one that was made before any mark of it.
        make_directory(volume.path() + "/other");
        ground.forget();
        rename_path(x, volume.path() + "/gone");
        ground.listen();
        CHECK(ground.said().swept(x));
        ground.source().learn_way(w);
        swept_after("mv -T " + volume.path() + "/other", x);
        swept_after("mkdir", y);
        REQUIRE(shell("rm -rf " + volume.path() + "/gone") == 0);
        swept_after("rmdir", y);
        swept_after("rmdir", x);
    }
}

TEST_CASE("without having learned anything, a directory is found by its handle") {
    need_root();
    FileSystemFixture volume("xfs");
    const std::string w = volume.path() + "/w";
    for (const auto& path : {w, w + "/a", w + "/a/b"}) make_directory(path);
    write_file(w + "/a/b/f");
    WatchedGround::Setup setup;
    setup.learn = false;
    WatchedGround ground({w}, setup);
    append_file(w + "/a/b/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/a/b/f", Act::closed));
    CHECK(ground.source().counters().directories > 3);
}
