#include "key_block.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "touchstone/mask.hpp"

namespace touchstone {
namespace mask {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ";
constexpr std::string_view kPutty = "Private-Lines:";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// A block begins in the line, and does not end there.
bool begins(std::string_view line) {
    const auto at = line.rfind(kBegin);
    return at != std::string_view::npos && has(line.substr(at), "PRIVATE KEY") && !has(line.substr(at), kEnd);
}

std::uint64_t putty_lines(std::string_view line) {
    auto number = line.substr(kPutty.size());
    number.remove_prefix(std::min(number.find_first_not_of(' '), number.size()));
    std::uint64_t count = 0;
    std::from_chars(number.data(), number.data() + number.size(), count);
    return count;
}

}  // namespace

bool KeyBlock::holds(std::string_view line) {
    if (lines_ > 0) return --lines_, true;
    if (line.starts_with(kPutty)) lines_ = putty_lines(line);
    if (open_ && has(line, kEnd)) open_ = false;
    const bool within = open_;
    if (begins(line)) open_ = true;
    return within;
}

}  // namespace mask

bool holds_private_key(std::string_view text) {
    for (auto at = text.find(mask::kBegin); at != std::string_view::npos; at = text.find(mask::kBegin, at + 1)) {
        constexpr std::size_t kLabel = 64;  // RFC 7468 has none longer
        if (mask::has(text.substr(at, kLabel), "PRIVATE KEY")) return true;
    }
    return mask::has(text, "PuTTY-User-Key-File-") || mask::has(text, "AGE-SECRET-KEY-1");
}

}  // namespace touchstone
