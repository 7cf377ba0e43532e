#include <algorithm>

#include "touchstone/verdict.hpp"

namespace touchstone {

bool covers(std::string_view pattern, std::string_view attribute) {
    return pattern.ends_with('*') ? attribute.starts_with(pattern.substr(0, pattern.size() - 1)) : pattern == attribute;
}

bool says(const std::vector<Claim>& claims, Claim::Word word) {
    return std::any_of(claims.begin(), claims.end(), [word](const Claim& claim) { return claim.word == word; });
}

}  // namespace touchstone
