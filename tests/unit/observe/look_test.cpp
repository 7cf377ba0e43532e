// What a look gives for each type of object under each profile, and that it leaves no trace.
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "scratch.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

struct stat status_of_path(const std::string& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status;
}

// An access time that relatime would renew at the next read.
void age_atime(const std::string& path) {
    const timespec times[2] = {{1'000'000'000, 5}, {0, UTIME_OMIT}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

bool atime_is_kept(const std::string& path) {
    const auto status = status_of_path(path);
    return status.st_atim.tv_sec == 1'000'000'000 && status.st_atim.tv_nsec == 5;
}

}  // namespace

TEST_CASE("a regular file's attributes are those of stat") {
    const Scratch scratch;
    const auto path = scratch.write("file", "hello");
    REQUIRE(::chmod(path.c_str(), 04751) == 0);
    std::filesystem::create_hard_link(path, scratch.path("other"));
    const auto expected = status_of_path(path);
    const auto seen = look_at(path);
    CHECK(seen.looked_at == kNow);
    CHECK(seen.path == path);
    CHECK_FALSE(seen.continuity.has_value());
    REQUIRE(seen.attributes() != nullptr);
    const auto& file = *seen.attributes();
    CHECK(file.type == FileType::regular);
    CHECK(file.mode == 04751);
    CHECK(file.uid == expected.st_uid);
    CHECK(file.gid == expected.st_gid);
    CHECK(file.size == 5);
    CHECK(file.link_count == 2);
    CHECK(file.rdev == 0);
    CHECK(file.id == ObjectId{expected.st_dev, expected.st_ino});
    CHECK(file.mtime == WallTime{std::chrono::seconds(expected.st_mtim.tv_sec) + Nanoseconds(expected.st_mtim.tv_nsec)});
    CHECK(file.ctime == WallTime{std::chrono::seconds(expected.st_ctim.tv_sec) + Nanoseconds(expected.st_ctim.tv_nsec)});
    CHECK(file.digest.size() == 32);
    CHECK_FALSE(file.blocks.has_value());
}

TEST_CASE("metadata has no digest, presence only what a sweep compares") {
    const Scratch scratch;
    const auto path = scratch.write("file", "hello");
    LookOptions options;
    options.profile = Profile::metadata;
    const auto metadata = attributes_at(path, options);
    CHECK(metadata.digest.empty());
    CHECK(metadata.size == 5);
    CHECK(metadata.link_count == 1);
    options.profile = Profile::presence;
    const auto presence = attributes_at(path, options);
    CHECK(presence.id == metadata.id);
    CHECK(presence.ctime == metadata.ctime);
    CHECK(presence.size == 5);
    CHECK(presence.mode == 0);
    CHECK(presence.link_count == 0);
    CHECK(presence.digest.empty());
}

TEST_CASE("metadata and presence do not open a file, content does") {
    const Scratch scratch;
    const auto path = scratch.write("file", "hello");
    if (::geteuid() == 0) return;  // may open everything: see the test with an unprivileged child
    REQUIRE(::chmod(path.c_str(), 0) == 0);
    LookOptions options;
    options.profile = Profile::metadata;
    CHECK(look_at(path, options).attributes() != nullptr);
    options.profile = Profile::presence;
    CHECK(look_at(path, options).attributes() != nullptr);
    const auto seen = look_at(path);
    REQUIRE(seen.unreadable() != nullptr);
    CHECK(seen.unreadable()->error == EACCES);
    CHECK(seen.unreadable()->attempted == "open");
    REQUIRE(seen.unreadable()->seen.has_value());
    CHECK(seen.unreadable()->seen->size == 5);
    CHECK(seen.unreadable()->seen->digest.empty());
}

TEST_CASE("a symbolic link gives its target, also when that is missing") {
    const Scratch scratch;
    const std::string target = "no/such\xff target";
    std::filesystem::create_symlink(target, scratch.path("link"));
    const auto link = attributes_at(scratch.path("link"));
    CHECK(link.type == FileType::symlink);
    CHECK(link.link_target == target);
    CHECK(link.digest.empty());
    std::string longest(4095, 'x');  // file systems with small blocks, and xfs, take fewer
    while (longest.size() > 100 && ::symlink(longest.c_str(), scratch.path("longest").c_str()) != 0) longest.pop_back();
    CHECK(attributes_at(scratch.path("longest")).link_target == longest);
}

TEST_CASE("a fifo and a socket are seen and never opened") {
    const Scratch scratch;
    REQUIRE(::mkfifo(scratch.path("fifo").c_str(), 0640) == 0);
    const Fd server(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, scratch.path("socket").c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    // Had the fifo a reader, this would succeed; a look in between that opened it would block or be seen here.
    CHECK(attributes_at(scratch.path("fifo")).type == FileType::fifo);
    CHECK(::open(scratch.path("fifo").c_str(), O_WRONLY | O_NONBLOCK) == -1);
    CHECK(errno == ENXIO);
    CHECK(attributes_at(scratch.path("socket")).type == FileType::socket);
    CHECK(attributes_at(scratch.path("fifo")).digest.empty());
}

TEST_CASE("a device is seen with its number") {
    const auto null = attributes_at("/dev/null");
    CHECK(null.type == FileType::character_device);
    CHECK(null.rdev == makedev(1, 3));
    CHECK(null.digest.empty());
}

TEST_CASE("a directory has no digest") {
    const Scratch scratch;
    REQUIRE(::chmod(scratch.root().c_str(), 01755) == 0);
    const auto directory = attributes_at(scratch.root());
    CHECK(directory.type == FileType::directory);
    CHECK(directory.mode == 01755);
    CHECK(directory.digest.empty());
}

TEST_CASE("looking changes no access time") {
    const Scratch scratch;
    const auto file = scratch.write("file", sample(300'000));
    std::filesystem::create_directory(scratch.path("dir"));
    age_atime(file);
    age_atime(scratch.path("dir"));
    for (const auto profile : {Profile::content, Profile::log, Profile::metadata, Profile::presence}) {
        LookOptions options;
        options.profile = profile;
        attributes_at(file, options);
        attributes_at(scratch.path("dir"), options);
    }
    CHECK(atime_is_kept(file));
    CHECK(atime_is_kept(scratch.path("dir")));
}

TEST_CASE("a file whose size means nothing is read to its end") {
    const auto seen = attributes_at("/proc/version");
    CHECK(seen.size == 0);
    std::ifstream version("/proc/version");
    const std::string content((std::istreambuf_iterator<char>(version)), std::istreambuf_iterator<char>());
    const Scratch scratch;
    CHECK(to_hex(seen.digest) == digest_hex(scratch.write("copy", content)));
}
