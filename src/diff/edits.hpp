// Which lines were removed and which were added: Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986), with a bound on its
// work.
#pragma once

#include <cstddef>
#include <vector>

#include "lines.hpp"

namespace touchstone::diff {

// before[begin_before, end_before) gave way to after[begin_after, end_after); one of them may be empty. In order; lines between two edits are the same.
struct Edit {
    std::size_t begin_before, end_before, begin_after, end_after;
    bool operator==(const Edit&) const = default;
};

// The shortest list of edits, as long as that takes no more than `most_edits` lines removed and added; else all between the equal beginning and the
// equal end is one edit. Time goes with most_edits times the lines, memory with the square of most_edits.
std::vector<Edit> edits(const NumberedLines& lines, std::size_t most_edits = 1'000);

}  // namespace touchstone::diff
