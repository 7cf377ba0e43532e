// What a glob is made of. Patterns are read anew for each match; they are short, and nothing is allocated.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace touchstone {

struct GlobElement {
    enum class Kind {
        byte,             // itself, or quoted by a backslash
        any_byte,         // ?
        one_of,           // [...]
        any_run,          // *
        any_path,         // **
        any_directories,  // "**/" after a slash or at the start: no directory, or any number of them
    };
    Kind kind = Kind::byte;
    char byte = 0;
    bool negated = false;
    std::string_view members{};

    bool matches(char c) const;  // of those that take one byte
};

// The element at pattern[i]; moves i past it. `i` must be within. A `[` that is never closed and a last backslash stand for themselves.
GlobElement next_element(std::string_view pattern, std::size_t& i);

// The bytes that the pattern stands for, up to its first wildcard.
std::string unquoted(std::string_view pattern);

}  // namespace touchstone
