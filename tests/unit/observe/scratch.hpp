// A directory of its own for one test, and looks at what is in it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "touchstone/bytes.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/paired_digests.hpp"

namespace touchstone {

class Scratch {
public:
    Scratch() {
        // Resolved, for a look follows no symbolic link, not even one that leads to the directory for temporary files.
        auto pattern = std::filesystem::canonical(std::filesystem::temp_directory_path()).string() + "/observe-XXXXXX";
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        root_ = pattern;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    std::string path(const std::string& name) const { return root_ + "/" + name; }
    const std::string& root() const { return root_; }

    std::string write(const std::string& name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
        return path(name);
    }
    void append(const std::string& name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary | std::ios::app) << content;
    }
    void overwrite(const std::string& name, std::uint64_t at, const std::string& content) const {
        std::fstream file(path(name), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(at));
        file << content;
    }
    // Until a change now gets a later ctime than the file at `name` has: kernels before 6.13 stamp with the tick.
    void pass_a_tick(const std::string& name) const {
        struct stat before {}, now {};
        REQUIRE(::stat(path(name).c_str(), &before) == 0);
        do {
            write("tick", "x");
            REQUIRE(::stat(path("tick").c_str(), &now) == 0);
        } while (std::pair(now.st_ctim.tv_sec, now.st_ctim.tv_nsec) <= std::pair(before.st_ctim.tv_sec, before.st_ctim.tv_nsec));
    }

private:
    std::string root_;
};

inline constexpr WallTime kNow{Nanoseconds{1'700'000'000'000'000'000}};
inline constexpr std::uint64_t kMiB = 1 << 20;

inline Observation look_at(const std::string& path, LookOptions options = {}, DigestAlgorithm algorithm = DigestAlgorithm::sha256) {
    auto observer = Observer::make(algorithm);
    REQUIRE(observer.has_value());
    return observer->look(path, options, kNow);
}

inline Attributes attributes_at(const std::string& path, LookOptions options = {}, DigestAlgorithm algorithm = DigestAlgorithm::sha256) {
    const auto seen = look_at(path, options, algorithm);
    if (const auto* bad = seen.unreadable()) FAIL(path << ": " << bad->attempted << ": " << bad->error);
    REQUIRE(seen.attributes() != nullptr);
    return *seen.attributes();
}

inline std::string digest_hex(const std::string& path, DigestAlgorithm algorithm = DigestAlgorithm::sha256) {
    return to_hex(attributes_at(path, {}, algorithm).digest);
}

// As a walk has opened it.
inline PairedDigests::File opened_file(const std::string& path) {
    PairedDigests::File file{path, Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC))};
    REQUIRE(::statx(file.opened.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &file.status) == 0);
    return file;
}

inline constexpr auto kBlock = BlockDigests::kBlockSize;

// Bytes that differ from block to block.
inline std::string sample(std::uint64_t size, unsigned seed = 1) {
    std::mt19937_64 random(seed);
    std::string made(size + sizeof(std::uint64_t), '\0');
    for (std::uint64_t at = 0; at < size; at += sizeof(std::uint64_t)) {
        const std::uint64_t word = random();
        std::memcpy(made.data() + at, &word, sizeof word);
    }
    made.resize(size);
    return made;
}

}  // namespace touchstone
