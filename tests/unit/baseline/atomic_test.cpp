// The old baseline stays whole until the new one is.
#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "samples.hpp"

using namespace touchstone;
using namespace touchstone::samples;

TEST_CASE("the file is private, in a directory made private") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "new/deep/b.db", {seen("/a", 1)}));
    struct stat status{};
    REQUIRE(::stat((directory / "new/deep/b.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    REQUIRE(::stat((directory / "new/deep").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(listing(directory / "new/deep") == std::vector<std::string>{"b.db"});
}

TEST_CASE("any bytes in the file's name") {
    ScratchDirectory directory;
    const auto name = directory / "a?immutable=0&mode=x#%20 \xff\n.db";
    REQUIRE(write(name, {seen("/a", 1)}));
    CHECK(BaselineReader::open(name)->find("/a").value()->attributes()->id.inode == 1);
    CHECK(listing(directory.path()).size() == 1);
}

TEST_CASE("a writer dropped without commit leaves the old baseline and nothing else") {
    ScratchDirectory directory;
    const auto old = write(directory / "b", {seen("/a", 1)});
    {
        auto writer = BaselineWriter::create(directory / "b", info());
        REQUIRE(writer);
        REQUIRE(writer->put(seen("/x", 2)));
        CHECK(listing(directory.path()).size() == 2);
    }
    CHECK(listing(directory.path()) == std::vector<std::string>{"b"});
    CHECK(BaselineReader::open(directory / "b")->info().id == old->id);
}

TEST_CASE("a reader keeps reading what it opened") {
    ScratchDirectory directory;
    REQUIRE(write(directory / "b", {seen("/a", 1), seen("/old", 2)}));
    auto reader = BaselineReader::open(directory / "b");
    REQUIRE(reader);
    REQUIRE(write(directory / "b", {seen("/a", 99)}));
    CHECK(reader->find("/a").value()->attributes()->id.inode == 1);
    CHECK(reader->find("/old").value());
    CHECK(reader->verify());
    CHECK(BaselineReader::open(directory / "b")->find("/a").value()->attributes()->id.inode == 99);
}

TEST_CASE("files left behind by killed writers are removed, those of living ones and others' are not") {
    ScratchDirectory directory;
    put_content(directory / "b.new-AbC123", "torn");
    put_content(directory / "b.new-AbC1234", "not ours");
    put_content(directory / "bb.new-AbC123", "another baseline's");
    std::filesystem::create_directory(directory / "b.new-AAAAAA");
    auto first = BaselineWriter::create(directory / "b", info());
    REQUIRE(first);
    CHECK_FALSE(std::filesystem::exists(directory / "b.new-AbC123"));
    CHECK(std::filesystem::exists(directory / "b.new-AbC1234"));
    CHECK(std::filesystem::exists(directory / "bb.new-AbC123"));
    auto second = BaselineWriter::create(directory / "b", info());
    REQUIRE(second);
    REQUIRE(first->put(seen("/first", 1)));
    CHECK(first->commit());
    REQUIRE(second->put(seen("/second", 1)));
    CHECK(second->commit());
    CHECK(BaselineReader::open(directory / "b")->find("/second").value());
    CHECK_FALSE(second->put(seen("/late", 1)));
    CHECK_FALSE(second->commit());
}

TEST_CASE("no directory to write to is an error with its reason") {
    ScratchDirectory directory;
    put_content(directory / "file", "");
    CHECK_FALSE(BaselineWriter::create(directory / "file/b", info()));
    CHECK(BaselineReader::open(directory / "none").error().code == ENOENT);
    CHECK(BaselineReader::open(directory / "none").error().kind == ErrorKind::system);
    CHECK(BaselineReader::open(directory.path()).error().kind == ErrorKind::corrupt);
}

namespace {

// Writes baselines over and over; one byte on the pipe for each step.
[[noreturn]] void write_forever(const std::string& file, int progress) {
    for (std::uint64_t generation = 2;; ++generation) {
        auto writer = BaselineWriter::create(file, info());
        for (std::uint64_t i = 0; writer && i < 600; ++i) {
            if (!writer->put(seen("/d" + std::to_string(i % 7) + "/" + std::to_string(i), generation))) ::_exit(1);
            if (i % 20 == 0 && ::write(progress, ".", 1) != 1) ::_exit(1);
        }
        if (!writer || !writer->commit()) ::_exit(1);
    }
}

}  // namespace

TEST_CASE("a writer killed at any moment leaves a whole baseline") {
    ScratchDirectory directory;
    const auto file = directory / "b";
    REQUIRE(write(file, {seen("/d0/0", 1)}));
    for (int round = 0; round < 40; ++round) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t child = ::fork();
        if (child == 0) write_forever(file, ends[1]);
        ::close(ends[1]);
        char byte = 0;
        for (int steps = 0; steps < round * 3 + 1; ++steps) REQUIRE(::read(ends[0], &byte, 1) == 1);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ends[0]);

        auto reader = BaselineReader::open(file);
        REQUIRE(reader);
        REQUIRE(reader->verify());
        REQUIRE(listing(directory.path()).size() <= 2);
    }
    REQUIRE(write(file, {seen("/a", 1)}));
    CHECK(listing(directory.path()) == std::vector<std::string>{"b"});
}
