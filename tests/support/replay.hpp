// A fuzz target over its committed corpus: what once broke stays mended. A program has one target.
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace touchstone::test {

// How many inputs there were.
inline std::size_t replay(const std::string& corpus) {
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TOUCHSTONE_SOURCE_DIR "/tests/fuzz/corpus/" + corpus)) {
        INFO(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
        ++inputs;
    }
    return inputs;
}

}  // namespace touchstone::test
