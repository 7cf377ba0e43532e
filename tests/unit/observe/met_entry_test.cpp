// Looks at what a walk has just met: by the descriptor that it opened, by the name in the directory that it holds, and by the path where neither holds.
#include <cerrno>

#include "scratch.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

// As a walk meets `name`: of the descriptor when it opened the file, else of the name.
struct Met {
    Fd directory, opened;
    struct statx status {};
    const char* name;

    Met(const Scratch& scratch, const char* entry, bool open)
        : directory(::open(scratch.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), name(entry) {
        if (open) opened = open_entry(directory.get(), name);
        REQUIRE(opened.get() >= (open ? 0 : -1));
        const int taken = open ? ::statx(opened.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status)
                               : ::statx(directory.get(), name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status);
        REQUIRE(taken == 0);
    }
    MetEntry entry() const { return {directory.get(), name, &status, opened.get()}; }
};

Observation look(const std::string& path, const MetEntry& entry, Profile profile = Profile::content) {
    auto observer = Observer::make(DigestAlgorithm::sha256);
    REQUIRE(observer);
    LookOptions options;
    options.profile = profile;
    return observer->look(path, entry, options, WallTime{});
}

}  // namespace

TEST_CASE("whichever way a file was met, the look says the same") {
    const Scratch scratch;
    const auto path = scratch.write("file", "content");
    for (const auto profile : {Profile::content, Profile::metadata, Profile::presence, Profile::log}) {
        const auto by_path = look(path, {}, profile);
        REQUIRE(by_path.attributes() != nullptr);
        CHECK(look(path, Met(scratch, "file", false).entry(), profile).look == by_path.look);
        CHECK(look(path, Met(scratch, "file", true).entry(), profile).look == by_path.look);
    }
}

TEST_CASE("what was opened and then replaced is looked at under its name") {
    const Scratch scratch;
    const auto path = scratch.write("file", "before");
    const Met met(scratch, "file", true);
    scratch.write("other", "after");
    std::filesystem::rename(scratch.path("other"), path);
    const auto now = look(path, met.entry());
    REQUIRE(now.attributes() != nullptr);
    CHECK(now.attributes()->size == 5);
    CHECK(now.attributes()->digest == look(path, {}).attributes()->digest);
}

TEST_CASE("what was opened and then removed is absent") {
    const Scratch scratch;
    const auto path = scratch.write("file", "before");
    const Met met(scratch, "file", true);
    std::filesystem::remove(path);
    CHECK(look(path, met.entry()).absent());
}

TEST_CASE("what was opened and then written to is read in one state") {
    const Scratch scratch;
    const auto path = scratch.write("file", "before");
    const Met met(scratch, "file", true);
    scratch.pass_a_tick("file");
    scratch.write("file", "afterwards");
    const auto now = look(path, met.entry());
    REQUIRE(now.attributes() != nullptr);
    CHECK(now.look == look(path, {}).look);
}

TEST_CASE("a digest that was made since is believed as long as the file is in that state") {
    const Scratch scratch;
    const auto path = scratch.write("file", "before");
    const Met met(scratch, "file", true);
    const std::string digest(32, 'd');
    MetEntry entry = met.entry();
    entry.directory = -1;
    entry.digest = &digest;
    const auto seen = look(path, entry);
    REQUIRE(seen.attributes() != nullptr);
    CHECK(seen.attributes()->digest == digest);
    scratch.pass_a_tick("file");
    scratch.write("file", "after!");
    CHECK(look(path, entry).look == look(path, {}).look);
}

TEST_CASE("what turns out to be no regular file when it is opened is looked at as a place") {
    const Scratch scratch;
    REQUIRE(::mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
    const auto now = look(scratch.path("fifo"), Met(scratch, "fifo", true).entry());
    REQUIRE(now.attributes() != nullptr);
    CHECK(now.attributes()->type == FileType::fifo);
    CHECK(now.attributes()->digest.empty());
}

TEST_CASE("a symbolic link and a missing name are not opened, and errno says why") {
    const Scratch scratch;
    std::filesystem::create_symlink("/etc/passwd", scratch.path("link"));
    const Fd directory(::open(scratch.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    CHECK_FALSE(open_entry(directory.get(), "link"));
    CHECK(errno == ELOOP);
    CHECK_FALSE(open_entry(directory.get(), "none"));
    CHECK(errno == ENOENT);
}
