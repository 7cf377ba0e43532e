#include "touchstone/mounts.hpp"

#include <catch2/catch.hpp>

#include <sys/sysmacros.h>

#include <algorithm>
#include <random>

using namespace touchstone;

namespace {

const std::string kTable =
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
    "23 22 0:21 / /proc rw,nosuid shared:2 master:7 - proc proc rw\n"
    "24 22 0:5 / /mnt/with\\040space\\011tab\\134slash rw - tmpfs none rw,size=1k\n"
    "25 22 0:44 /deep//deleted /mnt/bind rw - tmpfs  rw\n"
    "26 22 0:45 / /mnt/none rw unbindable - fuse.sshfs user@host:/a\\040b rw\n";

std::vector<Mount> table(std::initializer_list<Mount> mounts) { return mounts; }

}  // namespace

TEST_CASE("mountinfo is read with its escapes, optional fields and empty source") {
    std::size_t bad = 99;
    const auto mounts = parse_mountinfo(kTable, &bad);
    CHECK(bad == 0);
    REQUIRE(mounts.size() == 5);
    CHECK(mounts[0] == Mount{22, 1, makedev(254, 0), "/", "/", "ext4", "/dev/vda"});
    CHECK(mounts[1].type == "proc");
    CHECK(mounts[2].point == "/mnt/with space\ttab\\slash");
    CHECK(mounts[2].source == "none");
    CHECK(mounts[3].root == "/deep//deleted");
    CHECK(mounts[3].type == "tmpfs");
    CHECK(mounts[3].source.empty());
    CHECK(mounts[4].source == "user@host:/a b");
}

TEST_CASE("bad mountinfo lines are skipped and counted") {
    std::size_t bad = 0;
    const auto mounts = parse_mountinfo("garbage\n\n"
                                        "22 1 254 / / rw - ext4 a rw\n"           // device without a colon
                                        "22x 1 254:0 / / rw - ext4 a rw\n"        // not a number
                                        "99999999999999 1 254:0 / / rw - a b c\n"  // too big
                                        "22 1 254:0 / relative rw - ext4 a rw\n"
                                        "22 1 254:0 / / rw shared:1\n"             // no separator, so no type
                                        "22 1 254:0 / / rw - ext4",                // cut after the type: enough
                                        &bad);
    CHECK(bad == 6);
    REQUIRE(mounts.size() == 1);
    CHECK(mounts[0].type == "ext4");
}

TEST_CASE("only true octal escapes are undone") {
    const auto mounts = parse_mountinfo("1 0 0:1 / /a\\04\\999\\400\\ rw - t s rw\n");
    REQUIRE(mounts.size() == 1);
    CHECK(mounts[0].point == "/a\\04\\999\\400\\");
}

TEST_CASE("no text makes the parser misbehave") {
    std::mt19937 random(7);
    const std::string alphabet = "0123456789:/\\- \n\tabc";
    for (int round = 0; round < 3000; ++round) {
        std::string text = round % 2 == 0 ? kTable : std::string();
        for (int edit = 0; edit < 30; ++edit) {
            const char c = edit % 5 == 0 ? static_cast<char>(random() & 0xff) : alphabet[random() % alphabet.size()];
            if (text.empty() || random() % 2 == 0)
                text.insert(text.size() == 0 ? 0 : random() % text.size(), 1, c);
            else
                text[random() % text.size()] = c;
        }
        std::size_t bad = 0;
        const auto mounts = parse_mountinfo(text, &bad);
        const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
        REQUIRE(mounts.size() + bad <= lines);
        REQUIRE(std::all_of(mounts.begin(), mounts.end(), [](const Mount& mount) { return mount.point.front() == '/' && !mount.type.empty(); }));
        const Mount* found = mount_of(mounts, "/mnt/bind/x");  // ends, whatever the parents say
        if (found != nullptr) CHECK(found->point.size() <= 11);
    }
}

TEST_CASE("a path lies on the deepest mount by components") {
    const auto mounts = parse_mountinfo(kTable);
    const auto type_of = [&](const char* path) { return mount_of(mounts, path)->id; };
    CHECK(type_of("/") == 22);
    CHECK(type_of("/procession") == 22);
    CHECK(type_of("/proc") == 23);
    CHECK(type_of("/proc/1/status") == 23);
    CHECK(mount_of({}, "/") == nullptr);
}

TEST_CASE("of mounts on one point the topmost counts, whatever the order of the table") {
    const auto mounts = table({{3, 2, 0, "/", "/a", "third", ""}, {1, 0, 0, "/", "/", "root", ""}, {2, 1, 0, "/", "/a", "second", ""}});
    CHECK(mount_of(mounts, "/a/x")->type == "third");
    CHECK(mount_of(mounts, "/b")->type == "root");
    // Without parents to go by, the later line.
    const auto flat = table({{1, 0, 0, "/", "/", "root", ""}, {2, 0, 0, "/", "/a", "one", ""}, {3, 0, 0, "/", "/a", "two", ""}});
    CHECK(mount_of(flat, "/a")->type == "two");
}

TEST_CASE("a mount that a later one hides does not count") {
    const auto mounts = table({{1, 0, 0, "/", "/", "root", ""}, {2, 1, 0, "/", "/a/b", "hidden", ""}, {3, 1, 0, "/", "/a", "over", ""}});
    CHECK(mount_of(mounts, "/a/b/c")->type == "over");
}

TEST_CASE("this machine's own table is read") {
    const auto mounts = read_mounts();
    REQUIRE(mounts.has_value());
    REQUIRE(mount_of(*mounts, "/proc/self/status") != nullptr);
    CHECK(mount_of(*mounts, "/proc/self/status")->type == "proc");
}

TEST_CASE("types that cannot be watched must be named") {
    for (const char* type : {"proc", "sysfs", "cgroup2", "nfs", "nfs4", "9p", "fuse", "fuse.sshfs", "fuseblk", "autofs", "devtmpfs", "virtiofs", "ceph"})
        CHECK_FALSE(is_watchable_type(type, {}));
    for (const char* type : {"ext4", "xfs", "btrfs", "tmpfs", "ramfs", "overlay", "vfat", "zfs", "squashfs", "f2fs", "fusefs"})
        CHECK(is_watchable_type(type, {}));
    CHECK(is_watchable_type("nfs4", {"nfs4"}));
    CHECK_FALSE(is_watchable_type("nfs", {"nfs4"}));
    CHECK(is_watchable_type("fuse.sshfs", {"fuse"}));
    CHECK(is_watchable_type("fuse.sshfs", {"fuse.sshfs"}));
    CHECK_FALSE(is_watchable_type("fuse.other", {"fuse.sshfs"}));
}
