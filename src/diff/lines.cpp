#include "lines.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone::diff {

std::optional<std::vector<std::string_view>> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        if (lines.size() == kMostLines) return std::nullopt;
        const auto end = text.find('\n');
        const auto length = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return lines;
}

std::string_view without_end(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return line;
}

bool is_text(std::string_view bytes) { return bytes.find('\0') == std::string_view::npos && is_utf8(bytes); }

// By sorting: nobody can choose lines that make a hash table slow.
NumberedLines numbered(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
    struct Line {
        std::string_view text;
        std::uint32_t* number;
    };
    NumberedLines made{std::vector<std::uint32_t>(before.size()), std::vector<std::uint32_t>(after.size())};
    std::vector<Line> all;
    all.reserve(before.size() + after.size());
    for (std::size_t i = 0; i < before.size(); ++i) all.push_back({before[i], &made.before[i]});
    for (std::size_t i = 0; i < after.size(); ++i) all.push_back({after[i], &made.after[i]});
    std::sort(all.begin(), all.end(), [](const Line& a, const Line& b) { return a.text < b.text; });
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0 && all[i].text != all[i - 1].text) ++number;
        *all[i].number = number;
    }
    return made;
}

}  // namespace touchstone::diff
