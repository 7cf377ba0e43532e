// The unified form of a difference, with secrets masked.
#pragma once

#include <string_view>

#include "touchstone/mask.hpp"
#include "touchstone/text_diff.hpp"

namespace touchstone::diff {

inline constexpr std::size_t kMostLineBytes = 1'000;  // shown of a line

struct Names {
    std::string_view before, after;  // paths; any bytes
};

// Both are text (is_text). Only TextDiff::text, why_not and the counts are filled in.
TextDiff unified(std::string_view before, std::string_view after, const Names& names, const Mask& mask, std::size_t most_bytes);

}  // namespace touchstone::diff
