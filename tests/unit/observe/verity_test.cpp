// What the kernel measures is tested in tests/vm, where kernels have fs-verity; here, what a look makes of it and of its absence.
#include "verity.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/fsverity.h>

#include "examination.hpp"
#include "scratch.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

struct Examined {
    Attributes seen;
    bool measured = false;
    std::uint64_t read = 0;
};

// A file that is said to be held by fs-verity already, where there is none to hold it.
Examined examine(const std::string& path, LookOptions options, const std::string& verity) {
    Examined made;
    options.before_reading = [&](std::uint64_t bytes) {
        made.read += bytes;
        return true;
    };
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    ContentReader reader;
    const auto fd = open_nofollow(path, 0);
    REQUIRE(fd.has_value());
    made.seen.size = std::filesystem::file_size(path);
    made.seen.verity = verity;
    Examination examination(*hasher, reader, options, nullptr, made.seen);
    REQUIRE(examination.run(fd->get()));
    made.measured = examination.measured();
    return made;
}

LookOptions trusting(const std::string& measured, const std::string& digest) {
    LookOptions options;
    options.digest_by_measurement = [=](const Attributes& seen) { return seen.verity == measured ? std::optional(digest) : std::nullopt; };
    return options;
}

}  // namespace

TEST_CASE("measurements are written as fsverity(1) does") {
    CHECK(verity_text(FS_VERITY_HASH_ALG_SHA256, std::string("\x00\xff", 2)) == "sha256:00ff");
    CHECK(verity_text(FS_VERITY_HASH_ALG_SHA512, "a") == "sha512:61");
    CHECK(verity_text(3, "a") == "3:61");
}

TEST_CASE("a file without fs-verity has no measurement, and whoever knows digests by measurement is not asked") {
    const Scratch scratch;
    const auto path = scratch.write("plain", "abc");
    auto options = trusting("", "made up");
    const auto seen = look_at(path, options);
    REQUIRE(seen.attributes() != nullptr);
    CHECK(seen.attributes()->verity.empty());
    CHECK_FALSE(seen.measured);
    CHECK(to_hex(seen.attributes()->digest).starts_with("ba7816bf"));
}

TEST_CASE("a flag without a measurement, as overlayfs gives it, leaves the content to be read") {
    const Scratch scratch;
    const Fd fd(::open(scratch.write("plain", "abc").c_str(), O_RDONLY | O_CLOEXEC));
    Attributes said;
    said.inode_flags = FS_VERITY_FL;
    REQUIRE(read_verity(fd.get(), said));
    CHECK(said.verity.empty());
}

TEST_CASE("a measurement that is known gives the digest, and nothing is read") {
    const Scratch scratch;
    const auto path = scratch.write("file", "abc");
    const auto found = examine(path, trusting("sha256:aa", "the digest"), "sha256:aa");
    CHECK(found.measured);
    CHECK(found.seen.digest == "the digest");
    CHECK(found.read == 0);
}

TEST_CASE("a measurement that is not known is no digest: the content is read") {
    const Scratch scratch;
    const auto path = scratch.write("file", "abc");
    for (const auto& options : {trusting("sha256:bb", "the digest"), LookOptions{}}) {
        const auto found = examine(path, options, "sha256:aa");
        CHECK_FALSE(found.measured);
        CHECK(to_hex(found.seen.digest).starts_with("ba7816bf"));
        CHECK(found.read == 3);
    }
}

TEST_CASE("a digest that was read before under another name is no measurement") {
    const Scratch scratch;
    auto options = trusting("sha256:bb", "by measurement");
    options.known_digest = [](const Attributes&) { return std::optional<std::string>("read before"); };
    const auto found = examine(scratch.write("file", "abc"), options, "sha256:aa");
    CHECK_FALSE(found.measured);
    CHECK(found.seen.digest == "read before");
    CHECK(found.read == 0);
}
