// Probes that join a source that is already running, as they do while the daemon starts.
#include <fcntl.h>
#include <sys/mman.h>

#include <catch2/catch.hpp>
#include <memory>

#include "support/filesystem_fixture.hpp"
#include "touchstone/fd.hpp"
#include "watched_ground.hpp"

namespace touchstone::test {
namespace {

void store_through_mapping(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    REQUIRE(page != MAP_FAILED);
    *static_cast<char*>(page) = 'm';
    ::munmap(page, 4096);
}

}  // namespace

TEST_CASE("probes that join: what was swept before counts no more, and once all is learned they tell what fanotify cannot") {
    need_root();
    auto probes = Probes::load({});
    if (!probes) {
        WARN("probes are not to be had here: " << probes.error().what);
        return;
    }
    FileSystemFixture volume("ext4");
    const std::string w = volume.path() + "/w";
    make_directory(w);
    write_file(w + "/f", "content");
    WatchedGround::Setup setup;
    setup.learn = false;
    WatchedGround ground({w}, setup);
    auto& source = ground.source();
    const auto before = source.sweep_begins();
    REQUIRE(source.join(**probes));
    ground.learn(w);
    source.all_swept(before);
    CHECK(source.marks().front().how == "filesystem mark");
    source.all_swept(source.sweep_begins());
    CHECK(source.marks().front().how == "directory marks");
    CHECK(source.marking_done());

    ground.listen();
    ground.forget();
    store_through_mapping(w + "/f");
    ground.listen();
    INFO(ground.said().text());
    CHECK(ground.said().touched(w + "/f"));
}

}  // namespace touchstone::test
