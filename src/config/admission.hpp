// What a text must keep to before the TOML library may see it: the library recurses, and takes some malformed input worse than it should.
#pragma once

#include <optional>
#include <string>

#include "source_text.hpp"

namespace touchstone::config {

inline constexpr std::size_t kMaxFile = 1 << 20;  // bytes
inline constexpr std::size_t kMaxLine = 16 << 10; // a hex path of PATH_MAX fits twice
inline constexpr std::size_t kMaxNesting = 16;    // brackets, and parts of a dotted key
inline constexpr std::size_t kMaxBareToken = 64;  // keys, numbers and times outside quotes

struct Refusal {
    Span at;
    std::string what;
    std::string right;
};

// nullopt: valid UTF-8, no control characters, and within the bounds above.
std::optional<Refusal> refuse(const SourceText& source);

}  // namespace touchstone::config
