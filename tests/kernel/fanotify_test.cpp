// One act each, on every file system: what is done to files is heard under the right name.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/filesystem_fixture.hpp"
#include "touchstone/fd.hpp"
#include "watched_ground.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

struct OnFileSystem {
    explicit OnFileSystem(const std::string& type) : volume(type), top(volume.path() + "/w"), out(volume.path() + "/out") {
        make_directory(top);
        make_directory(out);
        make_directory(top + "/d");
        write_file(top + "/f");
        write_file(top + "/g");
        write_file(top + "/d/inner");
        write_file(out + "/o");
    }
    FileSystemFixture volume;
    std::string top, out;
};

void act_on_files(const std::string& type) {
    need_root();
    OnFileSystem at(type);
    const std::string& w = at.top;
    WatchedGround ground({w});
    const Recorder& said = ground.said();
    const auto after = [&](auto&& act) {
        ground.forget();
        act();
        ground.listen();
    };

    REQUIRE(ground.source().marks().size() == 1);
    CHECK(ground.source().marks().front().how == "filesystem mark");
    CHECK(ground.source().marks().front().type == type);
    CHECK(ground.source().marking_done());

    after([&] { write_file(w + "/new"); });
    INFO(type << " at " << w << "\n" << said.text());
    CHECK(said.touched(w + "/new", Act::created));
    CHECK(said.touched(w + "/new", Act::modified));
    CHECK(said.touched(w + "/new", Act::closed));

    after([&] { append_file(w + "/d/inner"); });
    CHECK(said.touched(w + "/d/inner", Act::modified));
    CHECK(said.touched(w + "/d/inner", Act::closed));
    CHECK_FALSE(said.touched(w + "/d/inner", Act::created));

    after([&] { REQUIRE(::truncate((w + "/f").c_str(), 0) == 0); });
    CHECK(said.touched(w + "/f", Act::modified));

    after([&] { REQUIRE(::chmod((w + "/f").c_str(), 0600) == 0); });
    CHECK(said.touched(w + "/f", Act::attributes));

    after([&] { REQUIRE(::setxattr((w + "/f").c_str(), "trusted.t", "v", 1, 0) == 0); });
    CHECK(said.touched(w + "/f", Act::attributes));

    after([&] { REQUIRE(::chmod((w + "/d").c_str(), 0700) == 0); });
    CHECK(said.touched(w + "/d", Act::attributes));
    CHECK(said.touches().front().directory);

    after([&] { REQUIRE(::chmod(w.c_str(), 0700) == 0); });
    CHECK(said.touched(w, Act::attributes));

    after([&] { rename_path(w + "/g", w + "/d/h"); });
    CHECK(said.moved(w + "/g", w + "/d/h"));

    after([&] { rename_path(w + "/d/h", w + "/f"); });
    CHECK(said.moved(w + "/d/h", w + "/f"));

    after([&] { rename_path(at.out + "/o", w + "/in"); });
    CHECK(said.touched(w + "/in", Act::moved_in));
    CHECK(said.touches().size() == 1);

    after([&] { rename_path(w + "/in", at.out + "/o"); });
    CHECK(said.touched(w + "/in", Act::moved_out));
    CHECK(said.touches().size() == 1);

    after([&] { remove_file(w + "/f"); });
    CHECK(said.touched(w + "/f", Act::deleted));

    after([&] { REQUIRE(::symlink("nowhere", (w + "/l").c_str()) == 0); });
    CHECK(said.touched(w + "/l", Act::created));

    after([&] {
        write_file(at.out + "/noise");
        REQUIRE(::chmod((at.out + "/noise").c_str(), 0600) == 0);
        make_directory(at.out + "/deep");
        write_file(at.out + "/deep/noise");
        remove_file(at.out + "/noise");
    });
    CHECK(said.text().empty());
}

}  // namespace

TEST_CASE("ext4: what is done to files is heard") { act_on_files("ext4"); }
TEST_CASE("xfs: what is done to files is heard") { act_on_files("xfs"); }
TEST_CASE("btrfs: what is done to files is heard") { act_on_files("btrfs"); }
TEST_CASE("tmpfs: what is done to files is heard") { act_on_files("tmpfs"); }

TEST_CASE("names of any bytes arrive as they are") {
    need_root();
    OnFileSystem at("tmpfs");
    WatchedGround ground({at.top});
    const std::string odd = at.top + "/a \xff\n\x01 b";
    write_file(odd);
    const std::string longest = at.top + "/" + std::string(255, 'n');
    write_file(longest);
    ground.listen();
    CHECK(ground.said().touched(odd, Act::created));
    CHECK(ground.said().touched(longest, Act::created));
}

TEST_CASE("the process is named, also when it has ended") {
    need_root();
    OnFileSystem at("tmpfs");
    WatchedGround ground({at.top});
    write_file(at.top + "/mine");
    ground.listen();
    REQUIRE(ground.said().touches().size() == 3);
    for (const auto& touch : ground.said().touches()) {
        REQUIRE(touch.actor);
        CHECK(touch.actor->process.pid == ::getpid());
        CHECK(touch.wall.time_since_epoch().count() > 0);
    }
    ground.forget();
    REQUIRE(shell("echo x > " + at.top + "/theirs") == 0);
    ground.listen();
    REQUIRE_FALSE(ground.said().touches().empty());
    for (const auto& touch : ground.said().touches()) {
        if (!touch.actor) CHECK_FALSE(touch.actor_unknown.empty());
        if (touch.actor) CHECK(touch.actor->process.pid != ::getpid());
    }
}

TEST_CASE("own objects are left out by identity, what others do beside them is not") {
    need_root();
    OnFileSystem at("ext4");
    make_directory(at.top + "/state");
    write_file(at.top + "/log");
    WatchedGround::Setup setup;
    setup.own_paths = {at.top + "/state", at.top + "/log"};
    WatchedGround ground({at.top}, setup);
    write_file(at.top + "/state/db");
    append_file(at.top + "/log");
    remove_file(at.top + "/state/db");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touches().empty());

    rename_path(at.top + "/log", at.top + "/log.1");  // rotated
    write_file(at.top + "/log");
    ground.source().refresh_own_paths();
    ground.listen();
    CHECK(ground.said().moved(at.top + "/log", at.top + "/log.1"));
    ground.forget();
    append_file(at.top + "/log");
    append_file(at.top + "/log.1");
    write_file(at.top + "/logs");
    ground.listen();
    CHECK_FALSE(ground.said().touched(at.top + "/log"));
    CHECK(ground.said().touched(at.top + "/log.1", Act::modified));
    CHECK(ground.said().touched(at.top + "/logs"));
}

TEST_CASE("what is excluded is not heard of, and what merely sounds like the watch is not it") {
    need_root();
    OnFileSystem at("tmpfs");
    make_directory(at.top + "etera");
    make_directory(at.top + "/cache");
    WatchedGround::Setup setup;
    setup.exclude = {"*.swp", at.top + "/cache"};
    WatchedGround ground({at.top}, setup);
    write_file(at.top + "etera/f");
    write_file(at.top + "/f.swp");
    write_file(at.top + "/cache/f");
    make_directory(at.top + "/cache/d");
    write_file(at.top + "/cache/d/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touches().empty());
    rename_path(at.top + "/f.swp", at.top + "/f");  // an editor's save
    rename_path(at.top + "/cache/d", at.top + "/e");
    write_file(at.top + "/e/f2");
    ground.listen();
    CHECK(ground.said().touched(at.top + "/f", Act::moved_in));
    CHECK(ground.said().touched(at.top + "/e", Act::moved_in));
    CHECK(ground.said().swept(at.top + "/e"));
    CHECK(ground.said().touched(at.top + "/e/f2", Act::created));
}

TEST_CASE("many deletes by one process are each heard, with their process") {
    need_root();
    OnFileSystem at("ext4");
    constexpr int kFiles = 20'000;
    for (int i = 0; i < kFiles; ++i) write_file(fmt::format("{}/d/{}", at.top, i), "");
    WatchedGround ground({at.top});
    REQUIRE(shell("find " + at.top + "/d -type f -delete") == 0);
    ground.listen();
    const auto touches = ground.said().touches();
    const auto deleted = std::count_if(touches.begin(), touches.end(), [](const Touch& touch) { return touch.act == Act::deleted; });
    CHECK(deleted == kFiles + 1);
    CHECK(std::count_if(touches.begin(), touches.end(), [](const Touch& touch) { return touch.act != Act::deleted; }) == 0);
    CHECK(ground.said().gaps().empty());
}
