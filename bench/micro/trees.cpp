#include "trees.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "touchstone/baseline.hpp"

namespace bench {
namespace {

using namespace touchstone;

void require(const Status& status) {
    if (status) return;
    std::fprintf(stderr, "%s\n", status.error().what.c_str());
    std::abort();
}

constexpr std::size_t kPerDirectory = 16;

}  // namespace

Scratch::Scratch() {
    std::string pattern = std::filesystem::temp_directory_path() / "touchstone-bench-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    root_ = pattern;
}

Scratch::~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
}

void Scratch::write(const std::string& below, std::size_t bytes) const {
    const std::filesystem::path file(path(below));
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    const std::string block(1 << 20, 'x');
    for (std::size_t left = bytes; left > 0;) {
        const std::size_t piece = std::min(left, block.size());
        out.write(block.data(), static_cast<std::streamsize>(piece));
        left -= piece;
    }
}

std::string nth_path(const std::string& root, std::size_t n) {
    return root + "/d" + std::to_string(n / kPerDirectory) + "/f" + std::to_string(n);
}

Observation row(const std::string& path, std::uint64_t inode) {
    Attributes seen;
    seen.mode = 0644;
    seen.size = 4096;
    seen.link_count = 1;
    seen.digest = std::string(32, '\x5a');
    seen.id = {0xfe00, inode};
    seen.ctime = seen.mtime = WallTime(std::chrono::seconds(1'700'000'000));
    return Observation{path, seen.ctime + std::chrono::hours(1), std::move(seen), {}, false};
}

void build_baseline(const std::string& file, std::size_t count) {
    BaselineInfo info;
    info.host = "bench";
    info.built_by = "bench";
    info.version = "0";
    auto writer = BaselineWriter::create(file, info);
    if (!writer) return require(fail(writer.error()));
    for (std::size_t n = 0; n < count; ++n) require(writer->put(row(nth_path("/srv", n), n + 1)));
    const auto committed = writer->commit();
    if (!committed) require(fail(committed.error()));
}

}  // namespace bench
