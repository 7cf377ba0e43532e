// The one piece of the syntax of patterns that both who checks and who matches them must agree on to the byte.
#pragma once

#include <cstddef>
#include <string_view>

namespace touchstone {

// The end of the class that opens at `open`, past its bracket; npos when it is never closed. A `]` right at the start is a member.
constexpr std::size_t class_end(std::string_view pattern, std::size_t open) {
    std::size_t i = open + 1;
    if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
    for (bool first = true; i < pattern.size(); ++i, first = false) {
        if (pattern[i] == ']' && !first) return i + 1;
        if (pattern[i] == '\\') ++i;
    }
    return std::string_view::npos;
}

}  // namespace touchstone
