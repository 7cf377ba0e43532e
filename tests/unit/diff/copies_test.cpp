// The kept copies: bounded, private, and only believed when they are what they were.
#include "copies.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "hasher.hpp"
#include "support/scarcity.hpp"
#include "support/scratch_directory.hpp"

using namespace touchstone;
using namespace touchstone::diff;
using namespace touchstone::test;

namespace {

constexpr Copies::Limits kMany{1000, 1 << 20};

std::string digest_of(std::string_view content) {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    hasher->begin();
    hasher->update(content);
    return hasher->finish();
}

Copies opened(const ScratchDirectory& directory) {
    std::string recovered;
    auto copies = Copies::open(directory.path(), DigestAlgorithm::sha256, recovered);
    REQUIRE(copies);
    CHECK(recovered.empty());
    return std::move(*copies);
}

bool put(Copies& copies, const std::string& path, const std::string& content, const std::string& also = "", Copies::Limits limits = kMany, bool is_private = false) {
    const auto kept = copies.put({path, digest_of(content), content, is_private}, also.empty() ? "" : digest_of(also), limits);
    REQUIRE(kept);
    return *kept;
}

std::optional<std::string> found(Copies& copies, const std::string& path, const std::string& content) {
    auto copy = copies.find(path, digest_of(content), 1 << 20);
    REQUIRE(copy);
    return *copy;
}

// Whether the bytes stand in any file of the directory.
bool on_disk(const ScratchDirectory& directory, const std::string& bytes) {
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
        if (entry.is_regular_file() && content_of(entry.path()).find(bytes) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("a copy is found by path and digest, also after a restart") {
    const ScratchDirectory directory;
    {
        auto copies = opened(directory);
        CHECK(put(copies, "/a", "one"));
        CHECK(found(copies, "/a", "one") == "one");
        CHECK_FALSE(found(copies, "/a", "two"));
        CHECK_FALSE(found(copies, "/b", "one"));
    }
    auto copies = opened(directory);
    CHECK(copies.has("/a"));
    CHECK(found(copies, "/a", "one") == "one");
    CHECK(copies.count() == 1);
    CHECK(copies.bytes() == 3);
    CHECK_FALSE(*copies.find("/a", digest_of("one"), 2));  // longer than asked for
    struct stat status {};
    REQUIRE(::stat(copies_file(directory.path()).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("of a path the content now and the one last reported are kept, and no others") {
    const ScratchDirectory directory;
    auto copies = opened(directory);
    put(copies, "/a", "one");
    put(copies, "/a", "two", "one");
    put(copies, "/a", "three", "one");
    CHECK(found(copies, "/a", "one"));
    CHECK_FALSE(found(copies, "/a", "two"));
    CHECK(found(copies, "/a", "three"));
    put(copies, "/a", "three", "three");
    CHECK(copies.count() == 1);
    CHECK(copies.bytes() == 5);
    REQUIRE(copies.drop("/a"));
    CHECK(copies.count() == 0);
    CHECK(copies.bytes() == 0);
}

TEST_CASE("the limits hold, and what is kept already stays") {
    const ScratchDirectory directory;
    auto copies = opened(directory);
    const Copies::Limits two{2, 1 << 20}, ten_bytes{100, 10};
    CHECK(put(copies, "/a", "one", "", two));
    CHECK(put(copies, "/b", "one", "", two));
    CHECK_FALSE(put(copies, "/c", "one", "", two));
    CHECK(put(copies, "/a", "one", "", two));
    CHECK_FALSE(put(copies, "/c", "12345", "", ten_bytes));
    CHECK(put(copies, "/c", "1234", "", ten_bytes));
    CHECK(copies.count() == 3);
    CHECK(copies.bytes() == 10);
}

TEST_CASE("a copy that was tampered with is not used") {
    const ScratchDirectory directory;
    {
        auto copies = opened(directory);
        put(copies, "/a", "permit root no");
    }
    {
        auto database = store::Database::open(copies_file(directory.path()), store::Access::write);
        REQUIRE(database);
        REQUIRE((*database)->execute("UPDATE copy SET content=CAST('permit root ye' AS BLOB)"));
        (*database)->merge_log_on_close();
    }
    auto copies = opened(directory);
    const auto copy = copies.find("/a", digest_of("permit root no"), 1 << 20);
    REQUIRE_FALSE(copy);
    CHECK(copy.error().kind == ErrorKind::corrupt);
}

TEST_CASE("what cannot be read is begun anew, and said") {
    const ScratchDirectory directory;
    std::ofstream(copies_file(directory.path())) << std::string(8192, 'x');
    std::string recovered;
    auto copies = Copies::open(directory.path(), DigestAlgorithm::sha256, recovered);
    REQUIRE(copies);
    CHECK(recovered.find("were damaged") != std::string::npos);
    CHECK(put(*copies, "/a", "one"));
}

TEST_CASE("another schema is not believed: no trigger of somebody else's runs") {
    const ScratchDirectory directory;
    {
        auto copies = opened(directory);
        put(copies, "/a", "one");
    }
    {
        auto database = store::Database::open(copies_file(directory.path()), store::Access::write);
        REQUIRE(database);
        REQUIRE((*database)->execute("CREATE TRIGGER t AFTER INSERT ON copy BEGIN DELETE FROM copy; END"));
        (*database)->merge_log_on_close();
    }
    std::string recovered;
    auto copies = Copies::open(directory.path(), DigestAlgorithm::sha256, recovered);
    REQUIRE(copies);
    CHECK_FALSE(recovered.empty());
}

TEST_CASE("what no rule wants any more is nowhere on the disk") {
    const ScratchDirectory directory;
    auto copies = opened(directory);
    put(copies, "/a", "stays and stays");
    put(copies, "/b", "goes away for good");
    put(copies, "/c", "was private before", "", kMany, true);
    CHECK(on_disk(directory, "goes away for good"));
    REQUIRE(copies.sift([](const std::string& path, bool is_private) { return path != "/b" && !is_private; }));
    CHECK(copies.count() == 1);
    CHECK(found(copies, "/a", "stays and stays"));
    CHECK_FALSE(on_disk(directory, "goes away for good"));
    CHECK_FALSE(on_disk(directory, "was private before"));
}

TEST_CASE("a full disk loses no copy that is there, and is an error with its name") {
    const ScratchDirectory directory;
    auto copies = opened(directory);
    put(copies, "/a", "one");
    const std::string large(200 << 10, 'x');
    {
        const SmallFiles small(100 << 10);
        const auto kept = copies.put({"/b", digest_of(large), large, false}, "", kMany);
        REQUIRE_FALSE(kept);
        CHECK(kept.error().code == ENOSPC);
        CHECK(copies.count() == 1);
        CHECK(copies.bytes() == 3);
        CHECK(found(copies, "/a", "one"));
    }
    CHECK(put(copies, "/b", large));
}
