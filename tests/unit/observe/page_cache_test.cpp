// Looking leaves the page cache as it was, by what the kernel says of it (mincore(2)).
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <vector>

#include "cached_ranges.hpp"
#include "scratch.hpp"
#include "touchstone/fd.hpp"

using namespace touchstone;

namespace {

constexpr std::size_t kPages = 3000;  // more than is read between two questions
constexpr std::size_t kPage = 4096;

std::vector<bool> residency(int fd) {
    std::vector<unsigned char> told(kPages);
    void* mapped = ::mmap(nullptr, kPages * kPage, PROT_NONE, MAP_SHARED, fd, 0);
    REQUIRE(mapped != MAP_FAILED);
    REQUIRE(::mincore(mapped, kPages * kPage, told.data()) == 0);
    ::munmap(mapped, kPages * kPage);
    std::vector<bool> pages(kPages);
    std::transform(told.begin(), told.end(), pages.begin(), [](unsigned char page) { return (page & 1) != 0; });
    return pages;
}

// A file of which a hundred pages here and there are cached, and no others.
struct PartlyCached {
    Scratch scratch;
    std::string path = scratch.write("file", sample(kPages * kPage));
    Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};

    PartlyCached() {
        REQUIRE(::fsync(fd.get()) == 0);
        REQUIRE(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM) == 0);  // nothing is read ahead
        REQUIRE(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
        char page[kPage];
        for (std::size_t i = 0; i < 100; ++i) REQUIRE(::pread(fd.get(), page, kPage, static_cast<off_t>(i * 29 * kPage)) == kPage);
    }
    bool is_dropped_at_will() const {
        const auto pages = residency(fd.get());
        return std::count(pages.begin(), pages.end(), true) < 2000;  // a cached piece may be larger than what was read
    }
};

bool in_memory(const std::string& path) {
    struct statfs status {};
    return ::statfs(path.c_str(), &status) == 0 && (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
}

// Of this process; proc_pid_io(5).
std::uint64_t bytes_read_from_disk() {
    std::ifstream io("/proc/self/io");
    for (std::string name; io >> name;) {
        std::uint64_t value = 0;
        io >> value;
        if (name == "read_bytes:") return value;
    }
    FAIL("/proc/self/io does not say read_bytes");
    return 0;
}

}  // namespace

TEST_CASE("a look leaves in the page cache what was there, and nothing else") {
    const PartlyCached file;
    if (in_memory(file.path)) return;
    REQUIRE(file.is_dropped_at_will());
    const auto before = residency(file.fd.get());
    CHECK(digest_hex(file.path).size() == 64);
    CHECK(residency(file.fd.get()) == before);
}

TEST_CASE("two files read at a time leave it so, too") {
    const PartlyCached first, second;
    if (in_memory(first.path)) return;
    REQUIRE((first.is_dropped_at_will() && second.is_dropped_at_will()));
    int given = 0;
    const auto pairs = PairedDigests::make(
        DigestAlgorithm::sha256, [] { return true; }, [&](const PairedDigests::File&, const std::string* digest) { given += digest != nullptr; });
    if (!pairs) return;
    const std::pair before(residency(first.fd.get()), residency(second.fd.get()));
    for (const auto* each : {&first, &second}) pairs->add(opened_file(each->path));
    while (pairs->read_on()) {}
    CHECK(given == 2);
    CHECK(std::pair(residency(first.fd.get()), residency(second.fd.get())) == before);
}

TEST_CASE("a look takes from the disk once what is not cached, however large the pieces in which the kernel reads ahead") {
    const Scratch scratch;
    const auto path = scratch.write("large", sample(48 * kMiB + 4321));
    if (in_memory(path)) return;
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    REQUIRE(::fsync(fd.get()) == 0);
    REQUIRE(::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED) == 0);
    const auto before = bytes_read_from_disk();
    CHECK(digest_hex(path).size() == 64);
    const auto taken = bytes_read_from_disk() - before;
    CHECK(taken >= 48 * kMiB);
    CHECK(taken <= 50 * kMiB);
}

TEST_CASE("where the kernel cannot read past the page cache, what was not in it is dropped again") {
    const PartlyCached file;
    if (in_memory(file.path)) return;
    REQUIRE(file.is_dropped_at_will());
    const auto before = residency(file.fd.get());
    const auto ranges = CachedRanges::of(file.fd.get(), 0, kPages * kPage);
    REQUIRE(::posix_fadvise(file.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
    std::vector<char> all(kPages * kPage);
    for (std::size_t got = 0; got < all.size();) {
        const auto length = ::pread(file.fd.get(), all.data() + got, all.size() - got, static_cast<off_t>(got));
        REQUIRE(length > 0);
        got += static_cast<std::size_t>(length);
    }
    CHECK(residency(file.fd.get()) == std::vector<bool>(kPages, true));
    ranges.drop_others(file.fd.get(), 0, 5 * kMiB);
    ranges.drop_others(file.fd.get(), 5 * kMiB, kPages * kPage);
    CHECK(residency(file.fd.get()) == before);
}

TEST_CASE("where nobody says what is cached, all counts as cached and nothing is dropped") {
    const PartlyCached file;
    if (in_memory(file.path)) return;
    const auto before = residency(file.fd.get());
    const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const auto ranges = CachedRanges::of(nothing.get(), 0, kPages * kPage);
    ranges.drop_others(file.fd.get(), 0, kPages * kPage);
    CHECK(residency(file.fd.get()) == before);
}
