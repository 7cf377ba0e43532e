// "did you mean": the word closest to what was written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace touchstone::config {

// "" when none is close enough to be meant. Letter case, swapped, missing, doubled and wrong letters count.
std::string_view nearest(std::string_view written, const std::vector<std::string_view>& words);

// "did you mean `X`?", or else "one of: a, b, c".
std::string suggestion(std::string_view written, const std::vector<std::string_view>& words);

}  // namespace touchstone::config
