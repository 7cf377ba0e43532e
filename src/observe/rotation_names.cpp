#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

#include "touchstone/bytes.hpp"
#include "touchstone/rotation.hpp"

namespace touchstone {
namespace {

constexpr std::array<std::string_view, 4> kCompressed{".gz", ".bz2", ".xz", ".zst"};
constexpr std::size_t kMaxStamp = 32;
constexpr std::size_t kMaxIndexDigits = 4;  // log.1 to log.9999; more digits are a date or an epoch

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == '.' || c == '-' || c == '_'; }

bool cut_prefix(std::string_view& text, std::string_view prefix) {
    if (text.substr(0, prefix.size()) != prefix) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool cut_suffix(std::string_view& text, std::string_view suffix) {
    if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix) return false;
    text.remove_suffix(suffix.size());
    return true;
}

// "-20260101", ".1", ".old": what tells one rotation from the next. Sorts newest first.
struct Stamp {
    enum Family { old, index, date } family;
    std::string digits;
    bool compressed;
    bool operator<(const Stamp& other) const {
        if (family != other.family) return family < other.family;
        if (digits != other.digits) {
            if (family == date) return digits > other.digits;
            return std::tuple(digits.size(), digits) < std::tuple(other.digits.size(), other.digits);
        }
        return compressed < other.compressed;
    }
};

std::optional<Stamp> stamp_of(std::string_view text, bool compressed) {
    if (text == ".old") return Stamp{Stamp::old, "", compressed};
    if (text.size() < 2 || text.size() > kMaxStamp || !is_separator(text[0]) || !is_digit(text[1]) || !is_digit(text.back()))
        return std::nullopt;
    std::string digits;
    for (const char c : text.substr(1)) {
        if (is_digit(c))
            digits += c;
        else if (!is_separator(c) && c != ':' && c != 'T')
            return std::nullopt;
    }
    const bool is_index = text.size() == 1 + digits.size() && digits.size() <= kMaxIndexDigits;
    return Stamp{is_index ? Stamp::index : Stamp::date, std::move(digits), compressed};
}

std::optional<Stamp> rotation_of(std::string_view log, std::string_view name) {
    bool compressed = false;
    for (const auto ending : kCompressed)
        if (!compressed) compressed = cut_suffix(name, ending);
    if (auto stamp = name; cut_prefix(stamp, log)) return stamp_of(stamp, compressed);
    const auto dot = log.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return std::nullopt;
    auto stamp = name;
    if (!cut_prefix(stamp, log.substr(0, dot)) || !cut_suffix(stamp, log.substr(dot))) return std::nullopt;
    return stamp_of(stamp, compressed);
}

}  // namespace

std::vector<std::string> rotation_candidates(const std::string& log_path, const std::vector<std::string>& sibling_names) {
    const auto log = split_path(log_path).name;
    std::vector<std::pair<Stamp, std::string>> found;
    for (const auto& name : sibling_names)
        if (auto stamp = rotation_of(log, name)) found.emplace_back(std::move(*stamp), name);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        if (a.first < b.first) return true;
        return !(b.first < a.first) && a.second < b.second;
    });
    std::vector<std::string> names;
    for (auto& each : found) names.push_back(std::move(each.second));
    return names;
}

}  // namespace touchstone
