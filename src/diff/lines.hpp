// A text as lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace touchstone::diff {

inline constexpr std::size_t kMostLines = 100'000;

// Each with its newline, which the last one may lack. nullopt: more than kMostLines.
std::optional<std::vector<std::string_view>> lines_of(std::string_view text);

std::string_view without_end(std::string_view line);

// No NUL, valid UTF-8.
bool is_text(std::string_view bytes);

// The same number for equal lines of both texts, another for different ones.
struct NumberedLines {
    std::vector<std::uint32_t> before, after;
};
NumberedLines numbered(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after);

}  // namespace touchstone::diff
