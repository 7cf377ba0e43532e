// Rotated logs: plain, and compressed by libarchive's own writers.
#include "touchstone/rotation.hpp"

#include <cerrno>

#include "compressed.hpp"
#include "scratch.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;

namespace {

constexpr auto kSha256 = DigestAlgorithm::sha256;

BlockDigests known_of(const Scratch& scratch, const std::string& content) {
    LookOptions options;
    options.profile = Profile::log;
    return *attributes_at(scratch.write("known", content), options).blocks;
}

bool holds(const std::string& path, const BlockDigests& known) {
    const auto answer = holds_known(path, known, kSha256, {});
    if (!answer) FAIL(answer.error().what);
    return *answer;
}

}  // namespace

TEST_CASE("a plain sibling holds the known bytes when it begins with them") {
    const Scratch scratch;
    const auto content = sample(2 * kBlock + 30);
    for (const auto size : {std::uint64_t{7}, kBlock, kBlock + 9, std::uint64_t{content.size()}}) {
        const auto known = known_of(scratch, content.substr(0, size));
        CAPTURE(size);
        CHECK(holds(scratch.write("log.1", content), known));
        CHECK(holds(scratch.write("log.1", content.substr(0, size)), known));
        CHECK_FALSE(holds(scratch.write("log.1", content.substr(0, size - 1)), known));
        auto other = content;
        other[size - 1] ^= 1;
        CHECK_FALSE(holds(scratch.write("log.1", other), known));
    }
}

TEST_CASE("a compressed sibling holds what it decompresses to") {
    const Scratch scratch;
    const auto content = sample(20'000) + std::string(kBlock, 'r');
    const auto known = known_of(scratch, content.substr(0, kBlock + 10'000));
    for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD}) {
        CAPTURE(filter);
        const auto path = compress(scratch.path("log.1.z"), filter, content);
        CHECK(holds(path, known));
        CHECK(holds(compress(path, filter, content.substr(0, known.size)), known));
        CHECK_FALSE(holds(compress(path, filter, content.substr(0, known.size - 1)), known));
        auto other = content;
        other[10] ^= 1;
        CHECK_FALSE(holds(compress(path, filter, other), known));
        compress(path, filter, content);
        REQUIRE(::truncate(path.c_str(), 5'000) == 0);
        CHECK_FALSE(holds(path, known));
        REQUIRE(::truncate(path.c_str(), 7) == 0);
        CHECK_FALSE(holds(path, known));
    }
}

TEST_CASE("only one layer of compression is peeled") {
    const Scratch scratch;
    const auto content = sample(5000);
    const auto known = known_of(scratch, content);
    const auto inner = compress(scratch.path("inner.gz"), ARCHIVE_FILTER_GZIP, content);
    const auto packed = test::content_of(inner);
    CHECK(holds(inner, known));
    CHECK_FALSE(holds(compress(scratch.path("outer.gz"), ARCHIVE_FILTER_GZIP, packed), known));
    CHECK(holds(compress(scratch.path("of-packed.gz"), ARCHIVE_FILTER_GZIP, packed), known_of(scratch, packed)));
}

TEST_CASE("a bomb is read no further than what is known") {
    const Scratch scratch;
    const auto bomb = compress(scratch.path("log.1.zst"), ARCHIVE_FILTER_ZSTD, std::string(64 * kBlock, '\0'));
    int calls = 0;
    const auto count = [&] { return ++calls > 0; };
    CHECK(holds_known(bomb, known_of(scratch, std::string(5 * kBlock, '\0')), kSha256, count) == true);
    CHECK(calls <= 2);
    calls = 0;
    CHECK(holds_known(bomb, known_of(scratch, sample(20 * kBlock)), kSha256, count) == false);
    CHECK(calls == 0);  // ended at the first block
}

TEST_CASE("input that yields nothing is bounded") {
    const Scratch scratch;
    const auto member = test::content_of(compress(scratch.path("empty.gz"), ARCHIVE_FILTER_GZIP, ""));
    std::string members;
    while (members.size() < 2 * kBlock) members += member;
    const auto known = known_of(scratch, "line\n");
    const auto last = compress(scratch.path("last.gz"), ARCHIVE_FILTER_GZIP, "line\n");
    members += test::content_of(last);
    CHECK_FALSE(holds(scratch.write("many.gz", members), known));  // it does, beyond a megabyte of nothing
    CHECK(holds(last, known));
}

TEST_CASE("what is no regular file of one's own name holds nothing") {
    const Scratch scratch;
    const auto known = known_of(scratch, "line\n");
    scratch.write("log.1", "line\n");
    std::filesystem::create_symlink("log.1", scratch.path("link"));
    REQUIRE(::mkfifo(scratch.path("fifo").c_str(), 0600) == 0);
    CHECK(holds(scratch.path("log.1"), known));
    CHECK_FALSE(holds(scratch.path("link"), known));
    CHECK_FALSE(holds(scratch.path("fifo"), known));
    CHECK_FALSE(holds(scratch.path("none"), known));
    CHECK_FALSE(holds(scratch.root(), known));
}

TEST_CASE("when nothing was known, what holds nothing holds it") {
    const Scratch scratch;
    const BlockDigests nothing;
    CHECK(holds(scratch.write("log.1", ""), nothing));
    CHECK_FALSE(holds(scratch.write("log.1", "x"), nothing));
    CHECK_FALSE(holds(scratch.path("none"), nothing));
    for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD}) {
        CAPTURE(filter);
        const auto packed = compress(scratch.path("log.1.z"), filter, "");
        CHECK(holds(packed, nothing));
        scratch.append("log.1.z", std::string(600, '\0'));
        CHECK_FALSE(holds(packed, nothing));  // there is more in it than a compressor makes of nothing
        CHECK_FALSE(holds(compress(packed, filter, "x"), nothing));
    }
}

TEST_CASE("giving up and blocks of another algorithm are errors") {
    const Scratch scratch;
    const auto content = sample(9 * kBlock);
    const auto known = known_of(scratch, content);
    const auto no = [] { return false; };
    const auto plain = holds_known(scratch.write("log.1", content), known, kSha256, no);
    REQUIRE_FALSE(plain.has_value());
    CHECK(plain.error().code == ECANCELED);
    const auto packed = holds_known(compress(scratch.path("log.1.zst"), ARCHIVE_FILTER_ZSTD, content), known, kSha256, no);
    REQUIRE_FALSE(packed.has_value());
    CHECK(packed.error().code == ECANCELED);
    const auto wrong = holds_known(scratch.path("log.1"), known, DigestAlgorithm::sha512, {});
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().kind == ErrorKind::bad_input);
}

TEST_CASE("looking for evidence keeps the access time") {
    const Scratch scratch;
    const auto content = sample(200'000);
    const auto known = known_of(scratch, content);
    for (const auto& path : {scratch.write("log.1", content), compress(scratch.path("log.2.xz"), ARCHIVE_FILTER_XZ, content)}) {
        const timespec times[2] = {{1'000'000'000, 5}, {0, UTIME_OMIT}};
        REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
        CHECK(holds(path, known));
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK(status.st_atim.tv_sec == 1'000'000'000);
    }
}
