#include "text.hpp"

#include <catch2/catch.hpp>

#include <sys/sysmacros.h>

#include <algorithm>

using namespace touchstone;
using namespace touchstone::cli;

TEST_CASE("numbers, sizes and durations as people read them") {
    CHECK(with_commas(0) == "0");
    CHECK(with_commas(999) == "999");
    CHECK(with_commas(1000) == "1,000");
    CHECK(with_commas(1234567) == "1,234,567");
    CHECK(counted(1, "object") == "1 object");
    CHECK(counted(0, "object") == "0 objects");
    CHECK(counted(2, "directory", "directories") == "2 directories");
    CHECK(size_text(1) == "1 byte");
    CHECK(size_text(1023) == "1,023 bytes");
    CHECK(size_text(1536) == "1.5 KiB");
    CHECK(size_text(std::uint64_t{5} << 40) == "5.0 TiB");
    CHECK(size_text(~std::uint64_t{0}) == "16.0 EiB");
    CHECK(duration_text(std::chrono::milliseconds(12340)) == "12.3 s");
    CHECK(duration_text(std::chrono::seconds(200)) == "3 min 20 s");
    CHECK(duration_text(std::chrono::minutes(125)) == "2 h 5 min");
    CHECK(time_text(WallTime{std::chrono::seconds(1769860800)}) == "2026-01-31T12:00:00Z");
    CHECK(mode_text(0104755) == "4755");
}

TEST_CASE("what could not be read says why") {
    CHECK(reason_text({EACCES, "open", {}}) == "open: Permission denied");
    CHECK(reason_text({EBUSY, "read", {}}) == "it kept changing while it was read");
}

TEST_CASE("attributes are listed as far as they mean something") {
    const auto value = [](const Attributes& is, const std::string& name) -> std::string {
        for (const auto& [key, text] : attribute_lines(is, DigestAlgorithm::sha3_256))
            if (key == name) return text;
        return "absent";
    };
    Attributes file;
    file.digest = "\x01\xff";
    file.xattrs = {{"user.text", "plain"}, {"security.capability", std::string("\x01\x00", 2)}};
    CHECK(value(file, "sha3_256") == "01ff");
    CHECK(value(file, "xattr.user.text") == "plain");
    CHECK(value(file, "xattr.security.capability") == "0x0100");
    CHECK(value(file, "rdev") == "absent");
    CHECK(value(file, "link_target") == "absent");
    CHECK(value(file, "project_id") == "absent");
    Attributes device;
    device.type = FileType::block_device;
    device.rdev = makedev(8, 1);
    CHECK(value(device, "rdev") == "8:1");
    Attributes log;
    log.blocks = BlockDigests{(2 << 20) + 5, std::string(64, 'x'), std::string(32, 'y')};
    CHECK(value(log, "blocks") == "3 digests");
}
