#include "edits.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

namespace touchstone::diff {
namespace {

constexpr std::uint64_t kMostCompared = 20'000'000;  // lines; well below a second

using Numbers = std::span<const std::uint32_t>;

// x: how far in `before`; y: in `after`; k = x - y: the diagonal. d: lines removed and added so far.
class Search {
public:
    Search(Numbers before, Numbers after, std::size_t skipped)
        : before_(before), after_(after), most_x_(static_cast<int>(before.size())), most_y_(static_cast<int>(after.size())), skipped_(skipped) {}

    std::optional<std::vector<Edit>> run(std::size_t most_edits) {
        for (int d = 0; d <= static_cast<int>(most_edits); ++d) {
            reached_.emplace_back();
            for (int k = -d; k <= d; k += 2) {
                const int x = slide(d == 0 ? 0 : is_down(d, k) ? reached(d - 1, k + 1) : reached(d - 1, k - 1) + 1, k);
                reached_.back().push_back(x);
                if (k == most_x_ - most_y_ && x >= most_x_) return walk_back(d, k);
                if (compared_ > kMostCompared) return std::nullopt;
            }
        }
        return std::nullopt;
    }

private:
    int reached(int d, int k) const { return reached_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)]; }
    bool is_down(int d, int k) const { return k == -d || (k != d && reached(d - 1, k - 1) < reached(d - 1, k + 1)); }

    int slide(int x, int k) {
        const int begin = x;
        while (x < most_x_ && x - k < most_y_ && before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(x - k)]) ++x;
        compared_ += static_cast<std::uint64_t>(x - begin) + 1;
        return x;
    }

    // From the end: by each step one line was removed or added.
    std::vector<Edit> walk_back(int d, int k) const {
        std::vector<Edit> all;
        for (; d > 0; --d) {
            const bool added = is_down(d, k);
            k += added ? 1 : -1;
            const auto x = skipped_ + static_cast<std::size_t>(reached(d - 1, k));
            const auto y = skipped_ + static_cast<std::size_t>(reached(d - 1, k) - k);
            const Edit step{x, x + !added, y, y + added};
            if (!all.empty() && step.end_before == all.back().begin_before && step.end_after == all.back().begin_after) {
                all.back().begin_before = x;
                all.back().begin_after = y;
            } else {
                all.push_back(step);
            }
        }
        std::reverse(all.begin(), all.end());
        return all;
    }

    const Numbers before_, after_;
    const int most_x_, most_y_;
    const std::size_t skipped_;
    std::uint64_t compared_ = 0;
    std::vector<std::vector<int>> reached_;  // for each d, and each k from -d to d by two: x
};

}  // namespace

std::vector<Edit> edits(const NumberedLines& lines, std::size_t most_edits) {
    const auto& [before, after] = lines;
    const auto shorter = std::min(before.size(), after.size());
    std::size_t head = 0, tail = 0;
    while (head < shorter && before[head] == after[head]) ++head;
    while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
    const Edit all{head, before.size() - tail, head, after.size() - tail};
    if (all.begin_before == all.end_before && all.begin_after == all.end_after) return {};
    const auto middle = [&](const std::vector<std::uint32_t>& text) { return Numbers(text).subspan(head, text.size() - head - tail); };
    auto found = Search(middle(before), middle(after), head).run(most_edits);
    return found ? std::move(*found) : std::vector<Edit>{all};
}

}  // namespace touchstone::diff
