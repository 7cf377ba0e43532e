#include <linux/fs.h>
#include <sys/sysmacros.h>

#include <catch2/catch.hpp>

#include "unit/judge/scene.hpp"

using namespace scene;

namespace {

std::string listed(const Attributes& before, const Attributes& after, Profile profile = Profile::content) {
    std::string text;
    for (const auto& change : differences(before, after, profile, DigestAlgorithm::sha256))
        text += (text.empty() ? "" : ", ") + change.attribute + " " + change.before + ">" + change.after;
    return text;
}

Attributes changed_in_everything() {
    auto a = file(9, "xyz", 200);
    a.mode = 04755;
    a.uid = 1;
    a.gid = 2;
    a.link_count = 3;
    a.project_id = 4;
    a.inode_flags = 16;
    a.xattrs = {{"user.b", "two"}};
    return a;
}

}  // namespace

TEST_CASE("the same attributes do not differ, whatever their times and inode") {
    auto after = file(2, "a", 200);
    after.mtime = at(1);
    after.id.device = 99;
    CHECK(differences(file(1, "a"), after, Profile::content, DigestAlgorithm::sha256).empty());
}

TEST_CASE("differences come in a fixed order and as text") {
    auto before = file(1, "a");
    before.digest = std::string(32, '\x01');
    auto after = changed_in_everything();
    after.digest = std::string(32, '\xff');
    before.xattrs = {{"user.a", "one"}};
    std::string ones, effs;
    for (int i = 0; i < 32; ++i) ones += "01", effs += "ff";
    CHECK(listed(before, after) == "mode 0644>4755, uid 0>1, gid 0>2, size 1>3, sha256 " + ones + ">" + effs +
                                       ", link_count 1>3, project_id 0>4, inode_flags 0>16, xattr.user.a one>, xattr.user.b >two");
}

TEST_CASE("a measurement that came, went or is another differs, and one that was never kept does not") {
    const auto plain = file(1, "a");
    auto held = plain, other = plain, unmeasured = plain;
    held.inode_flags = other.inode_flags = unmeasured.inode_flags = FS_VERITY_FL;
    held.verity = "sha256:aa";
    other.verity = "sha512:bb";
    CHECK(listed(plain, held) == "verity >sha256:aa, inode_flags 0>1048576");
    CHECK(listed(held, plain) == "verity sha256:aa>, inode_flags 1048576>0");
    CHECK(listed(held, other) == "verity sha256:aa>sha512:bb");
    CHECK(listed(held, other, Profile::log) == "verity sha256:aa>sha512:bb");
    CHECK(listed(held, other, Profile::metadata).empty());
    CHECK(listed(unmeasured, held).empty());  // not known (overlayfs)
    CHECK(listed(held, unmeasured).empty());
    CHECK(listed(held, held).empty());
}

TEST_CASE("each profile judges its own attributes") {
    const auto before = file(1, "a");
    const auto after = changed_in_everything();
    const auto names = [&](Profile profile) {
        std::string text;
        for (const auto& change : differences(before, after, profile, DigestAlgorithm::sha256)) text += change.attribute + " ";
        return text;
    };
    CHECK(names(Profile::content) == "mode uid gid size sha256 link_count project_id inode_flags xattr.user.b ");
    CHECK(names(Profile::metadata) == "mode uid gid size link_count xattr.user.b ");
    CHECK(names(Profile::log) == "mode uid gid link_count project_id inode_flags xattr.user.b ");
    CHECK(names(Profile::presence).empty());
}

TEST_CASE("a digest that one side lacks, or made by another algorithm, is no difference") {
    auto without = file(1, "a");
    without.digest.clear();
    auto other = file(1, "a");
    other.digest = std::string(64, 'x');
    CHECK(listed(without, file(1, "a")).empty());
    CHECK(listed(file(1, "a"), without).empty());
    CHECK(listed(file(1, "a"), other).empty());
    CHECK(differences(other, other, Profile::content, DigestAlgorithm::sha512).empty());
}

TEST_CASE("size and link count of a directory or symlink are not judged") {
    auto grown = directory(1);
    grown.size = 8192;
    grown.link_count = 7;
    CHECK(listed(directory(1), grown).empty());

    auto before = directory(1), after = directory(1);
    before.type = after.type = FileType::symlink;
    before.link_target = "a";
    after.link_target = "b\xff";
    after.size = 2;
    CHECK(listed(before, after) == "link_target a>b\\xff");
}

TEST_CASE("a different type lists the type and what both have") {
    auto link = file(1, "abc");
    link.type = FileType::symlink;
    link.mode = 0777;
    link.digest.clear();
    link.inode_flags = 0;
    auto before = file(1, "a");
    before.inode_flags = 16;
    CHECK(listed(before, link) == "type file>symlink, mode 0644>0777");
    CHECK(listed(before, link, Profile::presence) == "type file>symlink");
}

TEST_CASE("the number of a device node is major:minor") {
    auto before = file(1, ""), after = file(1, "");
    before.type = after.type = FileType::block_device;
    before.rdev = gnu_dev_makedev(8, 1);
    after.rdev = gnu_dev_makedev(259, 70000);
    CHECK(listed(before, after) == "rdev 8:1>259:70000");
}

TEST_CASE("xattr values never read like one another or like their absence") {
    auto before = file(1, "a"), after = file(1, "a");
    after.xattrs = {{"security.selinux", std::string("system_u:object_r:etc_t:s0\0", 27)},
                    {"user.bytes", "\xff\n"},
                    {"user.empty", ""},
                    {"user.hexlike", "0xff0a"},
                    {"user.line", "a\nb"},
                    {"user.\xfe", "v"}};
    CHECK(listed(before, after) ==
          "xattr.security.selinux >system_u:object_r:etc_t:s0, xattr.user.bytes >0xff0a, xattr.user.empty >0x, "
          "xattr.user.hexlike >0x307866663061, xattr.user.line >0x610a62, xattr.user.\\xfe >v");
}

TEST_CASE("xattrs are the union of both sides in name order") {
    auto before = file(1, "a"), after = file(1, "a");
    before.xattrs = {{"user.a", "1"}, {"user.c", "3"}, {"user.d", "4"}};
    after.xattrs = {{"user.b", "2"}, {"user.c", "x"}, {"user.d", "4"}, {"user.e", "5"}};
    CHECK(listed(before, after) == "xattr.user.a 1>, xattr.user.b >2, xattr.user.c 3>x, xattr.user.e >5");
}

TEST_CASE("two observations are the same when nothing judged differs, or neither was seen in the same way") {
    const auto of = [](Look look) {
        Observation observation;
        observation.look = std::move(look);
        return observation;
    };
    const auto same = [&](Look before, Look after, Profile profile = Profile::content) {
        return is_same_as_judged(of(std::move(before)), of(std::move(after)), profile, DigestAlgorithm::sha256);
    };
    auto later = file(1, "a");
    later.mtime += std::chrono::seconds(1);
    CHECK(same(file(1, "a"), later));
    CHECK_FALSE(same(file(1, "a"), file(1, "b")));
    CHECK(same(file(1, "a"), file(1, "bc"), Profile::log));
    CHECK(same(Absent{}, Absent{}));
    CHECK_FALSE(same(Absent{}, file(1, "a")));
    CHECK(same(refused(EACCES), refused(EACCES)));
    CHECK_FALSE(same(refused(EACCES), refused(EIO)));
}
