// Objects with several names, or none that the event tells.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/filesystem_fixture.hpp"
#include "touchstone/fd.hpp"
#include "watched_ground.hpp"

using namespace touchstone;
using namespace touchstone::test;

namespace {

void act_on_links(const std::string& type) {
    need_root();
    FileSystemFixture volume(type);
    const std::string w = volume.path() + "/w";
    const std::string out = volume.path() + "/out";
    make_directory(w);
    make_directory(out);
    make_directory(w + "/d");
    write_file(w + "/old");
    link_file(w + "/old", out + "/old");
    write_file(w + "/f");
    WatchedGround ground({w});
    const Recorder& said = ground.said();
    const auto after = [&](auto&& act) {
        ground.forget();
        act();
        ground.listen();
    };
    INFO(type);

    after([&] { append_file(out + "/old"); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/old", Act::modified));
        CHECK(said.touched(w + "/old", Act::closed));
    }

    after([&] { REQUIRE(::chmod((out + "/old").c_str(), 0600) == 0); });
    CHECK(said.touched(w + "/old", Act::attributes));

    // The second name is made while watching, outside the watch, and written through.
    after([&] { link_file(w + "/f", out + "/f"); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/f", Act::attributes));
    }
    after([&] { append_file(out + "/f"); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/f", Act::modified));
    }
    after([&] {
        rename_path(w + "/f", w + "/d/g");
        rename_path(w + "/d", w + "/e");
        append_file(out + "/f");
    });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/e/g", Act::modified));
    }
    after([&] { remove_file(out + "/f"); });
    CHECK(said.touched(w + "/e/g", Act::attributes));

    // Within the watch.
    after([&] { link_file(w + "/e/g", w + "/second"); });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/second", Act::created));
        CHECK(said.touched(w + "/e/g", Act::attributes));
    }
    after([&] {
        remove_file(w + "/e/g");
        remove_file(w + "/second");
    });
    CHECK(said.touched(w + "/e/g", Act::deleted));
    CHECK(said.touched(w + "/second", Act::deleted));

    // A file without a name gets one, and is written on under none.
    after([&] {
        const Fd fd(::open(w.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644));
        REQUIRE(fd);
        REQUIRE(::write(fd.get(), "a", 1) == 1);
        REQUIRE(::linkat(AT_FDCWD, fmt::format("/proc/self/fd/{}", fd.get()).c_str(), AT_FDCWD, (w + "/named").c_str(), AT_SYMLINK_FOLLOW) == 0);
        REQUIRE(::write(fd.get(), "b", 1) == 1);
    });
    {
        INFO(said.text());
        CHECK(said.touched(w + "/named", Act::created));
        CHECK(said.touched(w + "/named", Act::closed));
        for (const auto& touch : said.touches()) CHECK(touch.path.find('#') == std::string::npos);
    }
    CHECK(said.gaps().empty());
}

}  // namespace

TEST_CASE("ext4: an object of several names is heard of under its watched ones") { act_on_links("ext4"); }
TEST_CASE("xfs: an object of several names is heard of under its watched ones") { act_on_links("xfs"); }
TEST_CASE("btrfs: an object of several names is heard of under its watched ones") { act_on_links("btrfs"); }
TEST_CASE("tmpfs: an object of several names is heard of under its watched ones") { act_on_links("tmpfs"); }

TEST_CASE("a file that is really called like a nameless one is not mistaken for it") {
    need_root();
    FileSystemFixture volume("tmpfs");
    WatchedGround ground({volume.path()});
    write_file(volume.path() + "/#123");
    ground.listen();
    CHECK(ground.said().touched(volume.path() + "/#123", Act::closed));
}
