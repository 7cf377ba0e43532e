// probe-neighbour DIRECTORY MIB: a server that has MIB of files hot, one transaction after the other: 16 pages read anywhere in them, digested, and a line
// appended to its journal, which is on the disk every 256 transactions. Says "ready" once all of it is cached; from then on until SIGTERM it counts. Prints
// a JSON object: seconds, transactions, the 99th percentile of one in microseconds, and the bytes that had to be read from the disk again.
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "touchstone/fd.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using touchstone::Fd;

constexpr std::size_t kPage = 4096, kPages = 16, kPart = 1 << 20;
constexpr int kCommit = 256;

std::atomic<bool> ended{false};
static_assert(std::atomic<bool>::is_always_lock_free);

[[noreturn]] void die(const std::string& what) {
    std::perror(what.c_str());
    std::exit(1);
}

Fd open_or_die(const std::string& path, int flags) {
    Fd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) die(path);
    return fd;
}

// The hot file, written once and read twice, as what is hot was.
Fd hot_file(const std::string& path, std::size_t bytes) {
    auto fd = open_or_die(path, O_RDWR | O_CREAT);
    std::vector<char> part(kPart, 'x');
    for (std::size_t at = ::lseek(fd.get(), 0, SEEK_END); at < bytes; at += part.size())
        if (::pwrite(fd.get(), part.data(), part.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(part.size())) die(path);
    if (::fsync(fd.get()) != 0) die(path);
    for (int pass = 0; pass < 2; ++pass)
        for (std::size_t at = 0; at < bytes; at += part.size())
            if (::pread(fd.get(), part.data(), part.size(), static_cast<off_t>(at)) < 0) die(path);
    return fd;
}

std::uint64_t bytes_from_disk() {
    std::ifstream io("/proc/self/io");
    std::string key;
    for (std::uint64_t value = 0; io >> key >> value;)
        if (key == "read_bytes:") return value;
    return 0;
}

class Neighbour {
public:
    Neighbour(const std::string& directory, std::size_t bytes)
        : hot_(hot_file(directory + "/hot", bytes)), journal_(open_or_die(directory + "/journal", O_WRONLY | O_CREAT | O_TRUNC)), anywhere_(0, bytes / kPage - 1) {}

    void transact() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        for (std::size_t n = 0; n < kPages; ++n)
            if (::pread(hot_.get(), pages_.data() + n * kPage, kPage, static_cast<off_t>(anywhere_(chance_) * kPage)) != static_cast<ssize_t>(kPage)) die("read");
        if (EVP_Digest(pages_.data(), pages_.size(), digest, nullptr, EVP_sha256(), nullptr) != 1) die("digest");
        if (::pwrite(journal_.get(), digest, 32, static_cast<off_t>(++count_ % 32768 * 32)) != 32) die("write");
        if (count_ % kCommit == 0 && ::fdatasync(journal_.get()) != 0) die("fdatasync");
    }

private:
    Fd hot_, journal_;
    std::mt19937_64 chance_{1};
    std::uniform_int_distribution<std::size_t> anywhere_;
    std::array<char, kPages * kPage> pages_{};
    std::uint64_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const auto bytes = argc == 3 ? std::strtoul(argv[2], nullptr, 10) * kPart : 0;
    if (bytes == 0) {
        std::fprintf(stderr, "usage: probe-neighbour DIRECTORY MIB\n");
        return 64;
    }
    std::signal(SIGTERM, [](int) { ended = true; });
    Neighbour neighbour(argv[1], bytes);
    std::puts("ready");
    std::fflush(stdout);
    std::vector<float> took;
    took.reserve(1 << 22);
    const auto read = bytes_from_disk();
    const auto begun = Clock::now();
    for (auto last = begun; !ended;) {
        neighbour.transact();
        const auto now = Clock::now();
        took.push_back(std::chrono::duration<float, std::micro>(now - last).count());
        last = now;
    }
    const std::chrono::duration<double> seconds = Clock::now() - begun;
    const auto again = bytes_from_disk() - read;
    if (took.empty()) return 1;
    const auto late = took.begin() + static_cast<std::ptrdiff_t>(took.size() * 99 / 100);
    std::nth_element(took.begin(), late, took.end());
    std::printf("{\"seconds\": %.3f, \"transactions\": %zu, \"p99_us\": %.1f, \"read_again\": %llu}\n", seconds.count(), took.size(), static_cast<double>(*late),
                static_cast<unsigned long long>(again));
    return 0;
}
