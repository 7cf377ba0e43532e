// What may have been missed is said; directory marks; other threads.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/filesystem_fixture.hpp"
#include "watched_ground.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

int queue_limit() {
    int limit = 0;
    std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> limit;
    return limit;
}

}  // namespace

TEST_CASE("an overflowing queue becomes a gap of everything, and the watch goes on with the truth") {
    need_root();
    FileSystemFixture volume("tmpfs");
    const std::string w = volume.path();
    make_directory(w + "/a");
    write_file(w + "/a/f");
    WatchedGround::Setup setup;
    setup.limited_queue = true;
    WatchedGround ground({w}, setup);
    for (int i = 0; i <= queue_limit(); ++i) write_file(fmt::format("{}/{}", w, i), "");
    rename_path(w + "/a", w + "/b");  // lost
    ground.listen();
    REQUIRE(ground.said().gaps().size() == 1);
    CHECK(ground.said().gaps().front().scope.empty());
    CHECK(ground.said().gaps().front().reason == "kernel queue overflow");
    CHECK(ground.source().counters().overflows == 1);
    ground.forget();
    append_file(w + "/b/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/b/f", Act::modified));
    CHECK_FALSE(ground.said().touched(w + "/a/f"));
}

TEST_CASE("the unlimited queue loses nothing beyond that limit") {
    need_root();
    FileSystemFixture volume("tmpfs");
    WatchedGround ground({volume.path()});
    const int files = queue_limit() + 1000;
    for (int i = 0; i < files; ++i) write_file(fmt::format("{}/{}", volume.path(), i), "");
    ground.listen();
    CHECK(ground.said().gaps().empty());
    const auto touches = ground.said().touches();
    CHECK(std::count_if(touches.begin(), touches.end(), [](const Touch& touch) { return touch.act == Act::created; }) == files);
}

TEST_CASE("a small budget reads a little at a time and forgets nothing") {
    need_root();
    FileSystemFixture volume("tmpfs");
    WatchedGround ground({volume.path()});
    for (int i = 0; i < 500; ++i) write_file(fmt::format("{}/{}", volume.path(), i), "");
    CHECK_FALSE(ground.source().drain(10));
    const auto first = ground.said().touches().size();
    CHECK(first > 0);
    CHECK(first < 500);
    ground.listen();
    CHECK(ground.said().touched(volume.path() + "/499", Act::created));
}

TEST_CASE("directory marks: each directory, new ones by a sweep, other names of a file too") {
    need_root();
    FileSystemFixture volume("ext4");
    const std::string w = volume.path() + "/w";
    const std::string out = volume.path() + "/out";
    for (const auto& path : {w, w + "/d", out}) make_directory(path);
    write_file(w + "/d/f");
    link_file(w + "/d/f", out + "/f");
    WatchedGround::Setup setup;
    setup.marks = FanotifyMarks::directory;
    setup.learn = false;
    WatchedGround ground({w}, setup);
    CHECK_FALSE(ground.source().marking_done());
    ground.learn(w);
    ground.source().all_swept(ground.source().sweep_begins());
    CHECK(ground.source().marking_done());
    CHECK(ground.source().marks().front().how == "directory marks");

    append_file(w + "/d/f");
    ground.listen();
    CHECK(ground.said().touched(w + "/d/f", Act::modified));

    ground.forget();
    append_file(out + "/f");
    ground.listen();
    {
        INFO(ground.said().text());
        CHECK(ground.said().touched(w + "/d/f", Act::modified));
    }
    ground.forget();
    make_directory(w + "/new");
    ground.listen();
    CHECK(ground.said().swept(w + "/new"));
    ground.learn(w + "/new");
    write_file(w + "/new/f");
    rename_path(w + "/new/f", out + "/g");
    rename_path(out + "/g", w + "/back");
    ground.listen();
    {
        INFO(ground.said().text());
        CHECK(ground.said().touched(w + "/new/f", Act::created));
        CHECK(ground.said().touched(w + "/new/f", Act::moved_out));
        CHECK(ground.said().touched(w + "/back", Act::moved_in));
    }
    ground.forget();
    rename_path(w, volume.path() + "/w2");
    ground.listen();
    CHECK(ground.said().swept(w));
    const auto events = ground.source().counters().events;
    write_file(out + "/noise");
    ground.listen();
    CHECK(ground.source().counters().events == events);  // unwatched work costs nothing
}

TEST_CASE("sweeps learn while events are read and directories are renamed") {
    need_root();
    FileSystemFixture volume("tmpfs");
    const std::string w = volume.path();
    for (int i = 0; i < 50; ++i) {
        make_directory(fmt::format("{}/{}", w, i));
        make_directory(fmt::format("{}/{}/sub", w, i));
    }
    WatchedGround ground({w});
    std::atomic<bool> go{true};
    std::thread sweeper([&] {
        while (go) {
            for (int i = 0; i < 50; ++i) ground.learn(fmt::format("{}/{}", w, i));
        }
    });
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 50; ++i) rename_path(fmt::format("{}/{}", w, i), fmt::format("{}/r{}", w, i));
        ground.listen();
        for (int i = 0; i < 50; ++i) rename_path(fmt::format("{}/r{}", w, i), fmt::format("{}/{}", w, i));
        ground.listen();
    }
    go = false;
    sweeper.join();
    ground.listen();
    ground.forget();
    for (int i = 0; i < 50; ++i) write_file(fmt::format("{}/{}/sub/f", w, i));
    ground.listen();
    for (int i = 0; i < 50; ++i) CHECK(ground.said().touched(fmt::format("{}/{}/sub/f", w, i), Act::created));
}
