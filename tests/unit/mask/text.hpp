// A text through a mask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "touchstone/mask.hpp"

namespace touchstone::test {

inline std::string masked(std::string_view text, const std::vector<std::string>& more = {}) {
    std::vector<std::string_view> lines;
    for (std::string_view rest = text; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        lines.push_back(line);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    const auto mask = Mask::make(more);
    if (!mask) return mask.error().what;
    const auto found = mask->masked(lines);
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto at = found.find(i);
        out.append(i == 0 ? "" : "\n").append(at == found.end() ? std::string(lines[i]) : at->second);
    }
    return out;
}

}  // namespace touchstone::test
