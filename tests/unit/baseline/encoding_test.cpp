#include <catch2/catch.hpp>

#include "samples.hpp"
#include "store/encoding.hpp"
#include "store/glance_table.hpp"

using namespace touchstone;
using namespace touchstone::store;

namespace {

std::string encode_xattrs(const Xattrs& xattrs) {
    std::string out;
    append_xattrs(out, xattrs);
    return out;
}

std::string encode_blocks(const BlockDigests& blocks) {
    std::string out;
    append_blocks(out, blocks);
    return out;
}

}  // namespace

TEST_CASE("packed values come back") {
    const std::vector<std::string> strings{"", "KEY=value", std::string("\0\n\xff", 3), std::string(70000, 'x')};
    CHECK(decode_strings(encode_strings(strings)) == strings);
    CHECK(decode_strings("")->empty());
    const Xattrs xattrs = samples::extreme().xattrs;
    CHECK(decode_xattrs(encode_xattrs(xattrs)) == xattrs);
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, BlockDigests::kBlockSize, 2 * BlockDigests::kBlockSize + 1})
        CHECK(decode_blocks(encode_blocks(samples::blocks(size))) == samples::blocks(size));
}

TEST_CASE("the encoding is the one documented") {
    CHECK(encode_strings({"ab", ""}) == std::string("\2\0\0\0ab\0\0\0\0", 10));
    CHECK(encode_xattrs({{"n", "v"}}) == std::string("\1\0\0\0n\1\0\0\0v", 10));
    CHECK(encode_blocks({1, "", "t"}) == std::string("\1\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0t", 17));
}

TEST_CASE("packed glances come back, are the ones documented, and are refused when cut short or altered") {
    Glance glance;
    glance.name = "ab";
    glance.type = FileType::directory;
    glance.id = {2, 3};
    glance.size = 4;
    glance.ctime = WallTime{Nanoseconds(-1)};
    glance.looked_at = WallTime{Nanoseconds(256)};
    std::string packed;
    append_glance(packed, glance);
    const std::string documented("\2\0\0\0" "\0" "d" "\2\0\0\0\0\0\0\0" "\3\0\0\0\0\0\0\0" "\4\0\0\0\0\0\0\0"
                                 "\xff\xff\xff\xff\xff\xff\xff\xff" "\0\1\0\0\0\0\0\0" "ab", 48);
    CHECK(packed == documented);
    Glance back;
    GlanceTaker taker(packed);
    REQUIRE(taker.take(back));
    CHECK_FALSE(taker.more());
    CHECK(std::tie(back.name, back.type, back.id, back.size, back.ctime, back.looked_at, back.unreadable) ==
          std::tie(glance.name, glance.type, glance.id, glance.size, glance.ctime, glance.looked_at, glance.unreadable));
    for (std::size_t size = 0; size < packed.size(); ++size) CHECK_FALSE(GlanceTaker(packed.substr(0, size)).take(back));
    for (const auto& [at, byte] : {std::pair(0, '\3'), {3, '\xff'}, {4, '\2'}, {5, 'x'}, {46, '/'}, {47, '\0'}}) {
        auto bad = packed;
        bad[static_cast<std::size_t>(at)] = byte;
        INFO(at);
        CHECK_FALSE(GlanceTaker(bad).take(back));
    }
}

TEST_CASE("whatever is cut short or goes on is refused") {
    const auto strings = encode_strings({"abc", "d"});
    for (std::size_t size = 1; size < strings.size(); ++size)
        if (size != 7) CHECK_FALSE(decode_strings(strings.substr(0, size)));  // 7: after the first string
    const auto xattrs = encode_xattrs({{"a", "1"}, {"b", "2"}});
    for (std::size_t size = 1; size < xattrs.size(); ++size)
        if (size != 10) CHECK_FALSE(decode_xattrs(xattrs.substr(0, size)));
    const auto blocks = encode_blocks(samples::blocks(BlockDigests::kBlockSize + 1));
    for (std::size_t size = 0; size < blocks.size(); ++size) CHECK_FALSE(decode_blocks(blocks.substr(0, size)));
    CHECK_FALSE(decode_blocks(blocks + 'x'));
    CHECK_FALSE(decode_strings("\xff\xff\xff\xff"));
}

TEST_CASE("xattrs out of order or doubled, and blocks that do not cover their size, are refused") {
    CHECK_FALSE(decode_xattrs(encode_strings({"b", "1", "a", "2"})));
    CHECK_FALSE(decode_xattrs(encode_strings({"a", "1", "a", "2"})));
    CHECK_FALSE(decode_xattrs(encode_strings({"a"})));
    CHECK_FALSE(is_consistent({5, "", ""}));
    CHECK_FALSE(is_consistent({0, "", "t"}));
    CHECK_FALSE(is_consistent({0, "f", ""}));
    CHECK_FALSE(is_consistent({BlockDigests::kBlockSize, "", ""}));
    CHECK_FALSE(is_consistent({2 * BlockDigests::kBlockSize, "fff", ""}));
    CHECK_FALSE(is_consistent({BlockDigests::kBlockSize + 1, "ff", "t"}));
    CHECK_FALSE(is_consistent({0xffffffffffffffff, "f", "t"}));
    CHECK(is_consistent({BlockDigests::kBlockSize + 1, "f", "t"}));
}
