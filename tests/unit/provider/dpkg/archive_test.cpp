#include <archive.h>
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "asking.hpp"
#include "deb.hpp"
#include "support/scratch_directory.hpp"
#include "touchstone/bytes.hpp"

using namespace touchstone;
using namespace touchstone::dpkg;
using namespace touchstone::test;

namespace {

const std::string kHelloSha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const std::string kHelloSha512 =
    "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043";

std::string why(const std::vector<TarEntry>& data) {
    const auto read = read_deb(deb(control_of("a", "1"), data));
    REQUIRE_FALSE(read);
    return read.error().what;
}

}  // namespace

TEST_CASE("a .deb: its files, control members and conffiles") {
    auto control = control_of("a", "1:2-3", "Multi-Arch: same\n");
    control.push_back({"./postinst", 'f', "hello", 0755});
    control.push_back({"./conffiles", 'f', "/etc/a\nremove-on-upgrade /etc/old\n"});
    const auto package = read_deb(deb(control, {{"./", 'd', "", 0755},
                                                {"./usr/", 'd', "", 0755},
                                                {"./usr/bin/", 'd', "", 0755},
                                                {"./usr/bin/a", 'f', "hello", 04755, 0, 5},
                                                {"./usr/bin/b", 'h', "./usr/bin/a"},
                                                {"./usr/bin/c", 'h', "./usr/bin/b"},
                                                {"./usr/bin/l", 'l', "../x"},
                                                {"./etc/a", 'f', ""}}),
                                  DigestAlgorithm::sha512);
    REQUIRE(package);
    CHECK((package->package == "a" && package->version == "1:2-3" && package->architecture == "all" && package->same_for_each_architecture));
    REQUIRE(package->files.size() == 8);
    const auto& file = package->files[3];
    CHECK(file.path == "/usr/bin/a");
    CHECK((file.mode == 04755 && file.uid == 0 && file.gid == 5 && file.size == 5 && file.links == 3));
    CHECK(to_hex(file.sha256) == kHelloSha256);
    CHECK(to_hex(file.digest) == kHelloSha512);
    for (const auto link : {4, 5}) {
        CHECK(package->files[link].links == 3);
        CHECK(package->files[link].sha256 == file.sha256);
    }
    CHECK(package->files[5].path == "/usr/bin/c");
    CHECK(package->files[6].link_target == "../x");
    CHECK(package->files[7].conffile);
    CHECK_FALSE(file.conffile);
    REQUIRE(package->control.size() == 3);
    CHECK((package->control[1].name == "postinst" && package->control[1].mode == 0755 && to_hex(package->control[1].sha256) == kHelloSha256));
}

TEST_CASE("a .deb: a sparse file is refused, as dpkg refuses it") {
    const ScratchDirectory scratch;
    const std::string holes = GENERATE("truncate -s 1M a", "truncate -s 1M a && printf end >>a", "printf begin >a && truncate -s 1M a");
    const std::string format = GENERATE("gnu", "posix --sparse-version=0.1", "posix --sparse-version=1.0");
    INFO(holes << ", " << format);
    shell("cd " + scratch.path() + " && " + holes + " && tar --format=" + format + " --sparse -cf data.tar ./a");
    const auto data = content_of(scratch / "data.tar");
    REQUIRE(data.size() < 20000);
    const auto read = read_deb(ar({{"debian-binary", "2.0\n"}, {"control.tar", tar(control_of("a", "1"), ARCHIVE_FILTER_NONE)}, {"data.tar", data}}));
    REQUIRE_FALSE(read);
    CHECK(read.error().what == "it has a sparse file");
}

TEST_CASE("a .deb: holes beyond the file's size, of which libarchive tells none, are refused as well") {
    auto data = tar({{"./a", 'f', "hello"}}, ARCHIVE_FILTER_NONE);
    data.replace(386, 24, std::string("77777777777\0" "00000000005\0", 24));  // GNU's: where its five bytes are to stand
    data.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(data[i]);
    data.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    const auto read = read_deb(ar({{"debian-binary", "2.0\n"}, {"control.tar", tar(control_of("a", "1"), ARCHIVE_FILTER_NONE)}, {"data.tar", data}}));
    REQUIRE_FALSE(read);
    CHECK(read.error().what == "it has a sparse file");
}

TEST_CASE("a .deb: every compression that dpkg knows") {
    const std::vector<TarEntry> data{{"./a", 'f', "hello"}};
    const std::vector<std::pair<std::string, int>> all{
        {"", ARCHIVE_FILTER_NONE}, {".gz", ARCHIVE_FILTER_GZIP}, {".xz", ARCHIVE_FILTER_XZ}, {".zst", ARCHIVE_FILTER_ZSTD}};
    for (const auto& [end, filter] : all) {
        INFO(end);
        const auto package = read_deb(ar({{"debian-binary", "2.0\n"}, {"control.tar" + end, tar(control_of("a", "1"), filter)}, {"_gpg", "x"}, {"data.tar" + end, tar(data, filter)}}));
        REQUIRE(package);
        CHECK(to_hex(package->files.at(0).sha256) == kHelloSha256);
    }
    CHECK_FALSE(read_deb(ar({{"debian-binary", "2.0\n"}, {"control.tar.xz", tar(control_of("a", "1"), ARCHIVE_FILTER_XZ)}, {"data.tar.Z", "x"}})));
}

TEST_CASE("a .deb: paths that climb, or lead through a link, refuse the whole") {
    CHECK(why({{"./a/../../etc/passwd", 'f', ""}}) == "./a/../../etc/passwd climbs by ..");
    CHECK(why({{"../etc/passwd", 'f', ""}}).find("climbs by ..") != std::string::npos);
    CHECK(why({{"./a", 'l', "/etc"}, {"./a/passwd", 'f', ""}}) == "/a/passwd leads through /a, which is no directory");
    CHECK(why({{"./a/passwd", 'f', ""}, {"./a", 'l', "/etc"}}) == "/a/passwd leads through /a, which is no directory");
    CHECK(why({{"./a", 'f', "1"}, {"./a", 'f', "2"}}) == "/a is there twice");
    CHECK(why({{"./a", 'h', "./../etc/shadow"}}).find("climbs by ..") != std::string::npos);
    CHECK(why({{"./a", 'h', "./b"}, {"./b", 'f', ""}}) == "a hard link leads to nothing before it");
    CHECK(why({{std::string(5000, 'a'), 'f', ""}}).find("too long") != std::string::npos);
}

TEST_CASE("a .deb: paths are made absolute") {
    CHECK(archive_path("./usr//bin/./x").value() == "/usr/bin/x");
    CHECK(archive_path("/etc/x/").value() == "/etc/x");
    CHECK(archive_path("./").value() == "/");
    CHECK(archive_path("a/..b/c..").value() == "/a/..b/c..");
    CHECK_FALSE(archive_path(".."));
    CHECK_FALSE(archive_path("a/.."));
    CHECK_FALSE(archive_path(""));
    CHECK_FALSE(archive_path(std::string_view("a\0b", 3)));
}

TEST_CASE("a .deb: what is none is refused") {
    const auto data = tar({{"./a", 'f', "x"}}, ARCHIVE_FILTER_XZ);
    const auto control = tar(control_of("a", "1"), ARCHIVE_FILTER_XZ);
    CHECK_FALSE(read_deb(""));
    CHECK_FALSE(read_deb("PK\x03\x04"));
    CHECK_FALSE(read_deb(ar({{"data.tar.xz", data}})));
    CHECK_FALSE(read_deb(ar({{"debian-binary", "3.0\n"}, {"control.tar.xz", control}, {"data.tar.xz", data}})));
    CHECK_FALSE(read_deb(ar({{"debian-binary", "2.0\n"}, {"data.tar.xz", data}, {"control.tar.xz", control}})));
    CHECK_FALSE(read_deb(ar({{"debian-binary", "2.0\n"}, {"control.tar.xz", control}})));
    CHECK_FALSE(read_deb(ar({{"debian-binary", "2.0\n"}, {"control.tar.xz", tar({{"./x", 'f', ""}}, ARCHIVE_FILTER_XZ)}, {"data.tar.xz", data}})));
    CHECK_FALSE(read_deb(deb(control_of("../a", "1"), {})));
    CHECK_FALSE(read_deb(deb(control_of("a", "1", "\nPackage: b\n"), {})));
    const auto whole = ar({{"debian-binary", "2.0\n"}, {"control.tar.xz", control}, {"data.tar.xz", data}});
    for (std::size_t size = 0; size < whole.size() / 2; size += 7) CHECK_FALSE(read_deb(whole.substr(0, size)));
    CHECK(read_deb(whole));
}

TEST_CASE("a .deb that is not the one that was verified is refused") {
    const auto package = read_archive(-1, "", DigestAlgorithm::sha256);
    CHECK_FALSE(package);
}
