// Names: symbolic links on the way, long paths, odd bytes, and what is not there.
#include <cerrno>

#include "scratch.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

int error_of(const std::string& path, int flags = 0) {
    const auto opened = open_nofollow(path, flags);
    return opened ? 0 : opened.error().code;
}

}  // namespace

TEST_CASE("a symbolic link in a parent is refused, as the last component it is opened itself") {
    const Scratch scratch;
    std::filesystem::create_directory(scratch.path("real"));
    scratch.write("real/file", "x");
    std::filesystem::create_symlink("real", scratch.path("link"));
    CHECK(error_of(scratch.path("real/file")) == 0);
    CHECK(error_of(scratch.path("link/file")) == ELOOP);
    CHECK(look_at(scratch.path("link/file")).absent());
    CHECK(error_of(scratch.path("link")) == 0);
    CHECK(attributes_at(scratch.path("link")).type == FileType::symlink);
    CHECK(error_of("/proc/self/exe/x") == ELOOP);
}

TEST_CASE("only absolute paths without zero bytes are opened") {
    CHECK(error_of("") == EINVAL);
    CHECK(error_of("relative") == EINVAL);
    CHECK(error_of(std::string("/etc\0/x", 7)) == EINVAL);
    CHECK(error_of("/") == 0);
    CHECK(error_of("//") == 0);
}

TEST_CASE("what is missing, or below a file, is absent") {
    const Scratch scratch;
    scratch.write("file", "x");
    CHECK(look_at(scratch.path("none")).absent());
    CHECK(look_at(scratch.path("none/below")).absent());
    CHECK(look_at(scratch.path("file/below")).absent());
    CHECK(error_of(scratch.path("file"), O_DIRECTORY) == ENOTDIR);
    CHECK(error_of(scratch.root(), O_DIRECTORY) == 0);
}

TEST_CASE("a component that no file system takes is reported, not taken for absent") {
    const auto seen = look_at("/" + std::string(5000, 'x'));
    REQUIRE(seen.unreadable() != nullptr);
    CHECK(seen.unreadable()->error == ENAMETOOLONG);
    CHECK(seen.unreadable()->attempted == "open");
}

TEST_CASE("paths longer than PATH_MAX are opened, and links in them refused") {
    const Scratch scratch;
    std::string path = scratch.root();
    const std::string component(200, 'd');
    Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
    for (int depth = 0; depth < 50; ++depth) {
        REQUIRE(::mkdirat(directory.get(), component.c_str(), 0700) == 0);
        directory = Fd(::openat(directory.get(), component.c_str(), O_RDONLY | O_DIRECTORY));
        path += "/" + component;
    }
    Fd file(::openat(directory.get(), "end", O_CREAT | O_WRONLY, 0600));
    REQUIRE(::write(file.get(), "abc", 3) == 3);
    REQUIRE(::symlinkat(".", directory.get(), "link") == 0);
    REQUIRE(path.size() > 10'000);

    CHECK(digest_hex(path + "/end") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(look_at(path + "/none").absent());
    CHECK(error_of(path + "/link/end") == ELOOP);
    CHECK(error_of(path + "//") == 0);
    CHECK(attributes_at(path + "/link").link_target == ".");
}

TEST_CASE("names are bytes") {
    const Scratch scratch;
    for (const std::string name : {"\xff\xfe", "new\nline", " ", "\\", "-", "\x01\x7f"}) {
        const auto path = scratch.write(name, "abc");
        const auto seen = look_at(path);
        CHECK(seen.path == path);
        REQUIRE(seen.attributes() != nullptr);
        CHECK(seen.attributes()->size == 3);
    }
}

TEST_CASE("stat_at sees a name, a link itself, and the descriptor") {
    const Scratch scratch;
    scratch.write("file", "12345");
    std::filesystem::create_symlink("file", scratch.path("link"));
    const Fd directory(::open(scratch.root().c_str(), O_RDONLY | O_DIRECTORY));
    struct stat expected {};
    REQUIRE(::fstatat(directory.get(), "file", &expected, 0) == 0);

    const auto file = stat_at(directory.get(), "file");
    REQUIRE(file.has_value());
    CHECK(file->type == FileType::regular);
    CHECK(file->id == ObjectId{expected.st_dev, expected.st_ino});
    CHECK(file->size == 5);
    CHECK(file->link_count == 1);
    CHECK(file->ctime == WallTime{std::chrono::seconds(expected.st_ctim.tv_sec) + Nanoseconds(expected.st_ctim.tv_nsec)});
    CHECK(stat_at(directory.get(), "link")->type == FileType::symlink);
    CHECK(stat_at(directory.get(), "")->type == FileType::directory);
    const auto missing = stat_at(directory.get(), "none");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == ENOENT);
}
