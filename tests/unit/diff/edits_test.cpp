// Which lines differ: right for any two texts, short for small changes, bounded for all.
#include "edits.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace touchstone::diff;

namespace {

std::vector<std::uint32_t> applied(const NumberedLines& lines, const std::vector<Edit>& all) {
    std::vector<std::uint32_t> made;
    std::size_t at = 0;
    for (const auto& edit : all) {
        made.insert(made.end(), lines.before.begin() + static_cast<long>(at), lines.before.begin() + static_cast<long>(edit.begin_before));
        made.insert(made.end(), lines.after.begin() + static_cast<long>(edit.begin_after), lines.after.begin() + static_cast<long>(edit.end_after));
        at = edit.end_before;
    }
    made.insert(made.end(), lines.before.begin() + static_cast<long>(at), lines.before.end());
    return made;
}

std::size_t changed(const std::vector<Edit>& all) {
    std::size_t lines = 0;
    for (const auto& edit : all) lines += edit.end_before - edit.begin_before + edit.end_after - edit.begin_after;
    return lines;
}

// By dynamic programming: the least number of lines removed and added.
std::size_t least(const NumberedLines& lines) {
    std::vector<std::vector<std::size_t>> common(lines.before.size() + 1, std::vector<std::size_t>(lines.after.size() + 1));
    for (std::size_t i = 1; i <= lines.before.size(); ++i)
        for (std::size_t j = 1; j <= lines.after.size(); ++j)
            common[i][j] = lines.before[i - 1] == lines.after[j - 1] ? common[i - 1][j - 1] + 1 : std::max(common[i - 1][j], common[i][j - 1]);
    return lines.before.size() + lines.after.size() - 2 * common.back().back();
}

}  // namespace

TEST_CASE("edits make the one text of the other, and are as few as possible") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        NumberedLines lines;
        const auto fill = [&](std::vector<std::uint32_t>& text) {
            text.resize(random() % 12);
            for (auto& line : text) line = random() % 4;
        };
        fill(lines.before);
        fill(lines.after);
        const auto found = edits(lines);
        REQUIRE(applied(lines, found) == lines.after);
        REQUIRE(changed(found) == least(lines));
    }
}

TEST_CASE("neighbouring lines are one edit") {
    CHECK(edits({{1, 2, 3}, {1, 5, 6, 3}}) == std::vector<Edit>{{1, 2, 1, 3}});
    CHECK(edits({{1}, {1}}).empty());
    CHECK(edits({{}, {1}}) == std::vector<Edit>{{0, 0, 0, 1}});
}

TEST_CASE("texts that are too different are one edit between the same beginning and the same end") {
    NumberedLines lines{{9}, {9}};
    for (std::uint32_t i = 0; i < 100; ++i) {
        lines.before.push_back(100 + i);
        lines.after.push_back(i % 2 == 0 ? 100 + i : 1000 + i);
    }
    lines.before.push_back(8);
    lines.after.push_back(8);
    const auto found = edits(lines, 20);
    CHECK(found == std::vector<Edit>{{2, 101, 2, 101}});
    CHECK(applied(lines, found) == lines.after);
}

TEST_CASE("a hundred thousand lines of what is worst end soon") {
    NumberedLines lines;
    for (std::uint32_t i = 0; i < kMostLines; ++i) {
        lines.before.push_back(i % 2);
        lines.after.push_back(i % 3 == 0);
    }
    CHECK(applied(lines, edits(lines)) == lines.after);
}

TEST_CASE("lines are numbered alike where they are equal") {
    const auto before = lines_of("a\nb\na\n"), after = lines_of("b\na");
    REQUIRE(before);
    REQUIRE(after);
    const auto made = numbered(*before, *after);
    CHECK(made.before[0] == made.before[2]);
    CHECK(made.before[1] == made.after[0]);
    CHECK(made.after[1] != made.before[0]);  // it has no end
    CHECK_FALSE(lines_of(std::string(kMostLines + 1, '\n')));
}
