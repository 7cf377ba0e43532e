// For unordered containers keyed by std::string and asked with string_view: no string is made for a question.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace touchstone {

// With std::equal_to<> as the container's equality.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace touchstone
