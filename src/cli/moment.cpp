#include "moment.hpp"

#include <array>
#include <charconv>
#include <string>

#include "touchstone/approval.hpp"

namespace touchstone::cli {
namespace {

struct Unit {
    std::string_view word;
    std::chrono::seconds length;
};
constexpr std::array kUnits{Unit{"s", std::chrono::seconds(1)}, Unit{"min", std::chrono::minutes(1)}, Unit{"h", std::chrono::hours(1)},
                            Unit{"d", std::chrono::hours(24)}};
constexpr std::uint32_t kMost = 1'000'000'000;  // seconds: thirty years

}  // namespace

std::optional<WallTime> moment(std::string_view text, WallTime now) {
    if (const auto time = parse_utc_seconds(text)) return time;
    if (const auto day = parse_utc_seconds(std::string(text) + "T00:00:00Z")) return day;
    std::uint32_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{}) return std::nullopt;
    for (const auto& unit : kUnits)
        if (unit.word == std::string_view(stop, static_cast<std::size_t>(end - stop)) && count <= kMost / unit.length.count())
            return std::chrono::floor<std::chrono::seconds>(now) + count * unit.length;
    return std::nullopt;
}

}  // namespace touchstone::cli
