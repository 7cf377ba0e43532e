#include "nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace touchstone::config {
namespace {

constexpr std::size_t kLongest = 64;  // nothing longer is a misspelling of a word of ours

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t differs = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differs});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view written, const std::vector<std::string_view>& words) {
    if (written.empty() || written.size() > kLongest) return {};
    std::string_view best;
    std::size_t least = std::max<std::size_t>(1, written.size() / 3) + 1;
    for (const auto word : words) {
        // `exclud` is one letter off, and `excl` plainly meant as well.
        const std::size_t cost = written.size() >= 3 && word.starts_with(written) ? 1 : distance(written, word);
        if (cost < least) best = word, least = cost;
    }
    return best;
}

std::string suggestion(std::string_view written, const std::vector<std::string_view>& words) {
    if (const auto word = nearest(written, words); !word.empty()) return fmt::format("did you mean `{}`?", word);
    return fmt::format("one of: {}", fmt::join(words, ", "));
}

}  // namespace touchstone::config
