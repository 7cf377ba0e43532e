// Extended attributes and inode flags, where the file system of temporary files has them.
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include <cerrno>

#include "inode_flags.hpp"
#include "scratch.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

bool set_xattr(const std::string& path, const std::string& name, const std::string& value) {
    const bool done = ::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0) == 0;
    if (!done) WARN("no " << name << " on this file system: " << errno);
    return done;
}

}  // namespace

TEST_CASE("xattrs are raw bytes, also empty ones, and metadata has them") {
    const Scratch scratch;
    const auto path = scratch.write("file", "x");
    const std::string value("a\0\xff", 3);
    if (!set_xattr(path, "user.bytes", value) || !set_xattr(path, "user.empty", "")) return;
    std::filesystem::create_directory(scratch.path("dir"));
    set_xattr(scratch.path("dir"), "user.dir", "d");
    for (const auto profile : {Profile::content, Profile::metadata, Profile::log}) {
        LookOptions options;
        options.profile = profile;
        const auto xattrs = attributes_at(path, options).xattrs;
        REQUIRE(xattrs.count("user.bytes") == 1);
        CHECK(xattrs.at("user.bytes") == value);
        REQUIRE(xattrs.count("user.empty") == 1);
        CHECK(xattrs.at("user.empty").empty());
        CHECK(attributes_at(scratch.path("dir"), options).xattrs.at("user.dir") == "d");
    }
}

TEST_CASE("values and lists beyond the first guess are read whole") {
    const Scratch scratch;
    const auto path = scratch.write("file", "x");
    const auto value = sample(3'000);
    if (set_xattr(path, "user.large", value)) CHECK(attributes_at(path).xattrs.at("user.large") == value);
    const auto many = scratch.write("many", "x");
    std::size_t made = 0;
    for (; made < 12; ++made)
        if (!set_xattr(many, "user." + std::string(200, 'n') + std::to_string(made), "v")) break;
    const auto seen = attributes_at(many).xattrs;
    std::size_t found = 0;
    for (const auto& [name, text] : seen) found += name.rfind("user.nnn", 0) == 0 && text == "v";
    CHECK(found == made);
}

TEST_CASE("xattrs of symbolic links and fifos are their own") {
    if (::geteuid() != 0) return;  // only trusted.* may be set on them
    const Scratch scratch;
    const auto file = scratch.write("file", "x");
    std::filesystem::create_symlink("file", scratch.path("link"));
    REQUIRE(::mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
    if (!set_xattr(scratch.path("link"), "trusted.who", "link")) return;
    REQUIRE(set_xattr(scratch.path("fifo"), "trusted.who", "fifo"));
    REQUIRE(set_xattr(file, "trusted.who", "file"));
    CHECK(attributes_at(scratch.path("link")).xattrs.at("trusted.who") == "link");
    CHECK(attributes_at(scratch.path("fifo")).xattrs.at("trusted.who") == "fifo");
}

TEST_CASE("flags that file systems set by themselves are masked out") {
    CHECK(judged_inode_flags(FS_EXTENT_FL | FS_INDEX_FL | FS_HUGE_FILE_FL | FS_INLINE_DATA_FL | FS_NOCOMP_FL | FS_EA_INODE_FL) == 0);
    const std::uint32_t set = FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_VERITY_FL | FS_PROJINHERIT_FL;
    CHECK(judged_inode_flags(set | FS_EXTENT_FL) == set);
}

TEST_CASE("inode flags are seen under content and log, and not asked for under metadata") {
    const Scratch scratch;
    const auto path = scratch.write("file", "x");
    std::filesystem::create_directory(scratch.path("dir"));
    for (const auto& target : {path, scratch.path("dir")}) {
        const Fd file(::open(target.c_str(), O_RDONLY));
        unsigned flags = 0;
        if (::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) != 0) return;
        flags |= FS_NODUMP_FL;
        if (::ioctl(file.get(), FS_IOC_SETFLAGS, &flags) != 0) return;
        LookOptions options;
        CHECK(attributes_at(target, options).inode_flags == FS_NODUMP_FL);
        options.profile = Profile::log;
        CHECK(attributes_at(target, options).inode_flags == FS_NODUMP_FL);
        options.profile = Profile::metadata;
        CHECK(attributes_at(target, options).inode_flags == 0);
    }
}

TEST_CASE("a file that may not be read is unreadable, with what could be seen") {
    if (::geteuid() != 0) return;  // others: see "metadata and presence do not open a file"
    const Scratch scratch;
    const auto path = scratch.write("secret", "hello");
    std::filesystem::create_directory(scratch.path("closed"));
    REQUIRE(::chmod(scratch.root().c_str(), 0755) == 0);
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    REQUIRE(::chmod(scratch.path("closed").c_str(), 0700) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(100);
        auto observer = Observer::make(DigestAlgorithm::sha256);
        const auto refused = [&](const std::string& name, std::uint64_t size) {
            const auto seen = observer->look(name, {}, kNow);
            const auto* bad = seen.unreadable();
            return bad != nullptr && bad->error == EACCES && bad->attempted == "open" && (!bad->seen || bad->seen->size == size);
        };
        LookOptions metadata;
        metadata.profile = Profile::metadata;
        int wrong = 0;
        if (!refused(path, 5)) wrong |= 1;
        if (!refused(scratch.path("closed/below"), 0)) wrong |= 2;
        if (observer->look(path, metadata, kNow).attributes() == nullptr) wrong |= 4;
        const auto world_readable = observer->look("/etc/passwd", {}, kNow);  // not its owner: O_NOATIME is refused
        if (world_readable.attributes() == nullptr || world_readable.attributes()->digest.empty()) wrong |= 8;
        ::_exit(wrong);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
