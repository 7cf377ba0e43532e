// The fuzz target over its corpus: what once broke stays mended.
#include <catch2/catch.hpp>

#include "unit/baseline/samples.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

using touchstone::samples::content_of;

TEST_CASE("the corpus of states and baselines is read without harm") {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TOUCHSTONE_SOURCE_DIR "/tests/fuzz/corpus/state")) {
        INFO(entry.path());
        const auto bytes = content_of(entry.path().string());
        CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()) == 0);
        ++files;
    }
    CHECK(files >= 5);
}
