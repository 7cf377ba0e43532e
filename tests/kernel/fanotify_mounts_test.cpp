// Mounts: under, over and beside the watch.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <catch2/catch.hpp>

#include "support/filesystem_fixture.hpp"
#include "touchstone/fd.hpp"
#include "watched_ground.hpp"

using namespace touchstone;
using namespace touchstone::test;

TEST_CASE("a write through a bind mount is heard under the watched path") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path() + "/w";
    const std::string other = volume.path() + "/other";
    for (const auto& path : {w, w + "/d", other}) make_directory(path);
    write_file(w + "/d/f");
    const BindMount bind(w, other);
    WatchedGround ground({w});
    append_file(other + "/d/f");
    make_directory(other + "/new");
    write_file(other + "/new/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/d/f", Act::modified));
    CHECK(ground.said().touched(w + "/new/f", Act::created));
    CHECK_FALSE(ground.said().touched(other + "/d/f"));
}

TEST_CASE("what is seen at two watched paths is heard of at both") {
    need_root();
    FileSystemFixture volume("tmpfs");
    const std::string w = volume.path() + "/w";
    const std::string store = volume.path() + "/store";
    for (const auto& path : {w, w + "/shown", store, store + "/d"}) make_directory(path);
    write_file(store + "/d/f");
    WatchedGround ground({w, store});
    const BindMount bind(store, w + "/shown");
    const auto changes = ground.source().mounts_changed();
    REQUIRE(changes.size() == 1);
    CHECK(changes.front().path == w + "/shown");
    CHECK(ground.said().swept(w + "/shown"));
    ground.learn(w + "/shown");
    ground.forget();
    append_file(store + "/d/f");
    rename_path(store + "/d", store + "/e");
    append_file(store + "/e/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(store + "/d/f", Act::modified));
    CHECK(ground.said().touched(w + "/shown/d/f", Act::modified));
    CHECK(ground.said().moved(store + "/d", store + "/e"));
    CHECK(ground.said().moved(w + "/shown/d", w + "/shown/e"));
    CHECK(ground.said().touched(w + "/shown/e/f"));  // merged with the write before the renaming
}

TEST_CASE("only a bind mount of the watched part is there") {
    need_root();
    FileSystemFixture volume("ext4");
    FileSystemFixture other("tmpfs");
    for (const auto& path : {volume.path() + "/in", volume.path() + "/in/d", volume.path() + "/side", other.path() + "/w"}) make_directory(path);
    write_file(volume.path() + "/in/d/f");
    write_file(volume.path() + "/side/f");
    const BindMount bind(volume.path() + "/in", other.path() + "/w");
    const Fd side(::open((volume.path() + "/side").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(::umount2(volume.path().c_str(), MNT_DETACH) == 0);  // the rest is only reached through `side`
    WatchedGround::Setup setup;
    setup.learn = false;
    WatchedGround ground({other.path() + "/w"}, setup);
    append_file(other.path() + "/w/d/f");
    const Fd file(::openat(side.get(), "f", O_WRONLY | O_CLOEXEC));
    REQUIRE(::write(file.get(), "z", 1) == 1);
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(other.path() + "/w/d/f", Act::modified));
    for (const auto& touch : ground.said().touches()) CHECK(touch.path == other.path() + "/w/d/f");
}

TEST_CASE("a watched file system can be unmounted, and is watched again when it comes back") {
    need_root();
    FileSystemFixture volume("ext4");
    make_directory(volume.path() + "/d");
    write_file(volume.path() + "/d/f");
    WatchedGround ground({volume.path()});
    append_file(volume.path() + "/d/f");
    ground.listen();
    append_file(volume.path() + "/d/f");  // unread when it is unmounted
    REQUIRE(volume.unmount());
    auto changes = ground.source().mounts_changed();
    REQUIRE(changes.size() == 1);
    CHECK(changes.front().text.find("unmounted") != std::string::npos);
    CHECK(ground.said().swept(volume.path()));
    ground.listen();
    CHECK(ground.said().gaps().empty());

    ground.forget();
    volume.mount();
    changes = ground.source().mounts_changed();
    REQUIRE(changes.size() == 1);
    CHECK(ground.said().swept(volume.path()));
    append_file(volume.path() + "/d/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(volume.path() + "/d/f", Act::modified));
    CHECK(ground.source().mounts_changed().empty());
}

TEST_CASE("unmounted and mounted again between two looks at the mount table") {
    need_root();
    FileSystemFixture volume("ext4");
    write_file(volume.path() + "/f");
    WatchedGround ground({volume.path()});
    REQUIRE(volume.unmount());
    volume.mount();
    const auto changes = ground.source().mounts_changed();
    CHECK(changes.size() == 2);  // by the mount id that is never used again (6.8)
    append_file(volume.path() + "/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(volume.path() + "/f", Act::modified));
}

TEST_CASE("a mount over a watched directory takes its place, and gives it back") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path() + "/w";
    make_directory(w);
    make_directory(w + "/d");
    write_file(w + "/d/below");
    WatchedGround ground({w});
    const Fd hidden(::open((w + "/d").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(::mount("tmpfs", (w + "/d").c_str(), "tmpfs", 0, nullptr) == 0);
    CHECK(ground.source().mounts_changed().size() == 1);
    CHECK(ground.said().swept(w + "/d"));
    CHECK(ground.source().marks().size() == 2);
    ground.forget();
    write_file(w + "/d/above");
    const Fd below(::openat(hidden.get(), "below", O_WRONLY | O_CLOEXEC));
    REQUIRE(::write(below.get(), "z", 1) == 1);
    ground.listen();
    {
        INFO(ground.said().text());
        CHECK(ground.said().touched(w + "/d/above", Act::created));
        CHECK_FALSE(ground.said().touched(w + "/d/below"));  // nobody sees it there
    }
    ground.forget();
    REQUIRE(::umount2((w + "/d").c_str(), 0) == 0);
    CHECK(ground.source().mounts_changed().size() == 1);
    append_file(w + "/d/below");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().swept(w + "/d"));
    CHECK(ground.said().touched(w + "/d/below", Act::modified));
    CHECK(ground.source().marks().size() == 1);
}

TEST_CASE("a mount over the parent of a watch hides it, and what appears there is watched") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string p = volume.path() + "/p";
    make_directory(p);
    make_directory(p + "/w");
    WatchedGround ground({p + "/w"});
    REQUIRE(::mount("tmpfs", p.c_str(), "tmpfs", 0, nullptr) == 0);
    CHECK(ground.source().mounts_changed().size() == 1);
    CHECK(ground.said().swept(p));
    make_directory(p + "/w");
    write_file(p + "/w/f");
    ground.listen();
    const bool heard = ground.said().touched(p + "/w/f", Act::created);
    INFO(ground.said().text());
    ::umount2(p.c_str(), MNT_DETACH);
    CHECK(heard);
}

TEST_CASE("a copy of a mounted image is told from the original") {
    need_root();
    FileSystemFixture one("ext4");
    write_file(one.path() + "/f");
    REQUIRE(one.unmount());
    FileSystemFixture two("ext4");
    REQUIRE(two.unmount());
    REQUIRE(shell("dd if=" + one.device() + " of=" + two.device() + " bs=4M conv=sparse status=none") == 0);
    one.mount();
    two.mount();
    WatchedGround ground({one.path(), two.path()});
    append_file(two.path() + "/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(two.path() + "/f", Act::modified));
    CHECK_FALSE(ground.said().touched(one.path() + "/f"));
    REQUIRE(one.unmount());
    REQUIRE(two.unmount());
}

TEST_CASE("a btrfs subvolume below the watch, and one that is all that is mounted") {
    need_root();
    FileSystemFixture volume("btrfs");
    REQUIRE(shell("btrfs -q subvolume create " + volume.path() + "/sub") == 0);
    make_directory(volume.path() + "/sub/d");
    write_file(volume.path() + "/sub/d/f");
    {
        WatchedGround ground({volume.path()});
        append_file(volume.path() + "/sub/d/f");
        ground.listen();
        INFO(ground.said().text());
        CHECK(ground.said().touched(volume.path() + "/sub/d/f", Act::modified));
    }
    REQUIRE(volume.unmount());
    REQUIRE(::mount(volume.device().c_str(), volume.path().c_str(), "btrfs", 0, "subvol=sub") == 0);
    WatchedGround ground({volume.path()});
    REQUIRE(ground.source().marks().size() == 1);
    INFO(ground.source().marks().front().why);
    append_file(volume.path() + "/d/f");
    make_directory(volume.path() + "/new");
    ground.listen();
    const auto text = ground.said().text();
    const bool heard = ground.said().touched(volume.path() + "/d/f", Act::modified);
    const bool swept = ground.said().swept(volume.path() + "/new");
    const auto how = ground.source().marks().front().how;
    ground.learn(volume.path() + "/new");
    write_file(volume.path() + "/new/f");
    ground.listen();
    const bool inner = ground.said().touched(volume.path() + "/new/f", Act::created);
    REQUIRE(volume.unmount());
    INFO(text);
    CHECK(how == "directory marks");
    CHECK(heard);
    CHECK(swept);
    CHECK(inner);
}

TEST_CASE("overlay: directory marks, or a plain word that there are none") {
    need_root();
    FileSystemFixture volume("tmpfs");
    for (const char* name : {"/lower", "/upper", "/work", "/merged"}) make_directory(volume.path() + name);
    make_directory(volume.path() + "/lower/d");
    write_file(volume.path() + "/lower/d/f");
    const std::string layers = "lowerdir=" + volume.path() + "/lower,upperdir=" + volume.path() + "/upper,workdir=" + volume.path() + "/work";
    const std::string w = volume.path() + "/merged";
    REQUIRE(::mount("overlay", w.c_str(), "overlay", 0, layers.c_str()) == 0);
    std::string how, why, text;
    bool heard = false;
    {
        WatchedGround ground({w});
        const auto marks = ground.source().marks();
        const auto mark = std::find_if(marks.begin(), marks.end(), [](const MarkReport& each) { return each.type == "overlay"; });
        if (mark != marks.end()) {
            how = mark->how;
            why = mark->why;
        }
        append_file(w + "/d/f");
        ground.listen();
        heard = ground.said().touched(w + "/d/f", Act::modified);
        text = ground.said().text();
    }
    ::umount2(w.c_str(), MNT_DETACH);
    INFO(how << ": " << why << "\n" << text);
    CHECK_FALSE(why.empty());
    CHECK((how == "directory marks" || how == "none"));
    CHECK(heard == (how == "directory marks"));
}
