#include "duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace touchstone::config {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

// Largest first. `m` is read and never written: beside `ms` it is easily misread.
constexpr std::array kUnits{
    Unit{"d", 86'400'000'000'000}, Unit{"h", 3'600'000'000'000}, Unit{"min", 60'000'000'000}, Unit{"m", 60'000'000'000},
    Unit{"s", 1'000'000'000},      Unit{"ms", 1'000'000},        Unit{"us", 1'000},           Unit{"ns", 1},
};

}  // namespace

std::optional<Nanoseconds> parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0 || text.starts_with('-')) return std::nullopt;
    const auto name = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& unit : kUnits)
        if (unit.name == name) {
            if (number > std::numeric_limits<std::int64_t>::max() / unit.nanoseconds) return std::nullopt;
            return Nanoseconds(number * unit.nanoseconds);
        }
    return std::nullopt;
}

std::string format_duration(Nanoseconds duration) {
    const auto count = duration.count();
    if (count == 0) return "0s";
    for (const auto& unit : kUnits)
        if (count % unit.nanoseconds == 0) return fmt::format("{}{}", count / unit.nanoseconds, unit.name);
    return fmt::format("{}ns", count);
}

}  // namespace touchstone::config
