#include "progress.hpp"

#include <catch2/catch.hpp>

using namespace touchstone;
using touchstone::cli::progress_line;

TEST_CASE("a bar is drawn once the total is known") {
    const auto elapsed = std::chrono::seconds(2);
    CHECK(progress_line(1, std::nullopt, 0, elapsed, 80) == "1 object  0 bytes  2.0 s");
    CHECK(progress_line(50, 100, 2048, elapsed, 80) == "[############            ]  50 %  50 of 100 objects  2.0 KiB  2.0 s");
    CHECK(progress_line(100, 100, 0, elapsed, 80).find("] 100 %") != std::string::npos);
}

TEST_CASE("more objects than were counted are no more than everything") {
    CHECK(progress_line(150, 100, 0, Nanoseconds(0), 80).find("100 %  150 of 150 objects") != std::string::npos);
    CHECK(progress_line(5, 0, 0, Nanoseconds(0), 80).find("5 objects") == 0);
}

TEST_CASE("a line fits the terminal") { CHECK(progress_line(50, 100, 2048, Nanoseconds(0), 20).size() == 20); }
