#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "touchstone/state.hpp"
#include "unit/baseline/samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

TEST_CASE("one holder at a time, and the second is told whom") {
    ScratchDirectory directory;
    {
        const auto first = lock_state(directory / "var/state");
        REQUIRE(first);
        const auto second = lock_state(directory / "var/state");
        REQUIRE_FALSE(second);
        CHECK(second.error().kind == ErrorKind::system);  // nothing is wrong with the configuration: later it works
        CHECK(second.error().code == EWOULDBLOCK);
        CHECK(second.error().what.find("pid " + std::to_string(::getpid())) != std::string::npos);
        CHECK(content_of(directory / "var/state/lock") == std::to_string(::getpid()) + "\n");
    }
    CHECK(lock_state(directory / "var/state"));
    struct stat status{};
    REQUIRE(::stat((directory / "var/state").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
}

TEST_CASE("what an older holder left in the file is not mistaken") {
    ScratchDirectory directory;
    put_content(directory / "lock", "1234567890 and more that is longer than any pid\n");
    CHECK(lock_state(directory.path()));
    CHECK(content_of(directory / "lock") == std::to_string(::getpid()) + "\n");
}

TEST_CASE("a directory that others may write, or that is another's, is refused") {
    ScratchDirectory directory;
    const auto refused = [&] {
        const auto lock = lock_state(directory.path());
        const auto state = State::open(directory.path());
        REQUIRE_FALSE(lock);
        REQUIRE_FALSE(state);
        CHECK(lock.error().kind == ErrorKind::bad_input);
        CHECK(state.error().what == lock.error().what);
        return lock.error().what;
    };
    REQUIRE(::chmod(directory.path().c_str(), 0770) == 0);
    CHECK(refused().find("0770") != std::string::npos);
    REQUIRE(::chmod(directory.path().c_str(), 0702) == 0);
    refused();
    REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
    CHECK(lock_state(directory.path()));
    if (::geteuid() == 0) {
        REQUIRE(::chown(directory.path().c_str(), 12345, 0) == 0);
        CHECK(refused().find("12345") != std::string::npos);
    }
}

TEST_CASE("no directory, and links in the lock's place, are errors") {
    ScratchDirectory directory;
    put_content(directory / "file", "");
    CHECK_FALSE(lock_state(directory / "file"));
    CHECK_FALSE(lock_state(directory / "file/below"));
    std::filesystem::create_symlink(directory / "target", directory / "lock");
    CHECK_FALSE(lock_state(directory.path()));
    CHECK_FALSE(std::filesystem::exists(directory / "target"));
}
