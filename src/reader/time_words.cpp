#include "touchstone/time_words.hpp"

#include <array>
#include <charconv>
#include <ctime>
#include <limits>
#include <string>

namespace touchstone::reader {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Years that nanoseconds since 1970 in 64 bits can tell.
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2261;

// Takes what it recognises from the front.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }

    bool skip(std::string_view any_of) {
        if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }

    void skip_spaces() {
        while (skip(" ")) {
        }
    }

    // Exactly `width` digits, within the bounds.
    bool digits(std::size_t width, int low, int high, int& out) {
        if (text_.size() < width) return false;
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + width, out);
        if (error != std::errc{} || end != text_.data() + width || text_.front() == '-' || out < low || out > high) return false;
        text_.remove_prefix(width);
        return true;
    }

    std::optional<std::int64_t> number() {
        std::int64_t out = 0;
        const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), out);
        if (error != std::errc{} || text_.front() == '-') return std::nullopt;
        text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
        return out;
    }

    std::string_view word() {
        std::size_t length = 0;
        while (length < text_.size() && ((text_[length] | 0x20) >= 'a' && (text_[length] | 0x20) <= 'z')) ++length;
        const auto out = text_.substr(0, length);
        text_.remove_prefix(length);
        return out;
    }

    // ".123": one to nine digits; none where there is no point.
    std::optional<Nanoseconds> fraction() {
        if (!skip(".")) return Nanoseconds{0};
        std::int64_t value = 0;
        int count = 0;
        for (int digit = 0; digits(1, 0, 9, digit); ++count) {
            if (count == 9) return std::nullopt;
            value = value * 10 + digit;
        }
        if (count == 0) return std::nullopt;
        for (; count < 9; ++count) value *= 10;
        return Nanoseconds(value);
    }

private:
    std::string_view text_;
};

struct Clock {
    int hour = 0, minute = 0, second = 0;
    Nanoseconds fraction{0};
};

std::optional<Clock> take_clock(Scanner& scanner, bool needs_seconds) {
    Clock clock;
    if (!scanner.digits(2, 0, 23, clock.hour) || !scanner.skip(":") || !scanner.digits(2, 0, 59, clock.minute)) return std::nullopt;
    if (!scanner.skip(":")) return needs_seconds ? std::nullopt : std::optional(clock);
    if (!scanner.digits(2, 0, 60, clock.second)) return std::nullopt;
    const auto fraction = scanner.fraction();
    if (!fraction) return std::nullopt;
    clock.fraction = *fraction;
    return clock;
}

std::optional<std::chrono::year_month_day> take_date(Scanner& scanner) {
    int year = 0, month = 0, day = 0;
    if (!scanner.digits(4, kFirstYear, kLastYear, year) || !scanner.skip("-") || !scanner.digits(2, 1, 12, month) || !scanner.skip("-") ||
        !scanner.digits(2, 1, 31, day))
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
    return date.ok() ? std::optional(date) : std::nullopt;
}

Nanoseconds length(const Clock& clock) { return hours(clock.hour) + minutes(clock.minute) + seconds(clock.second) + clock.fraction; }

std::optional<WallTime> local(std::chrono::year_month_day date, const Clock& clock) {
    std::tm parts{};
    parts.tm_year = static_cast<int>(date.year()) - 1900;
    parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
    parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
    parts.tm_hour = clock.hour;
    parts.tm_min = clock.minute;
    parts.tm_sec = clock.second;
    parts.tm_isdst = -1;
    const std::time_t unix_time = std::mktime(&parts);
    if (unix_time == -1) return std::nullopt;
    return WallTime(seconds(unix_time)) + clock.fraction;
}

std::chrono::year_month_day local_date(WallTime time, int days_later) {
    const std::time_t unix_time = std::chrono::floor<seconds>(time).time_since_epoch().count();
    std::tm parts{};
    ::localtime_r(&unix_time, &parts);
    const std::chrono::year_month_day date{std::chrono::year(parts.tm_year + 1900), std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                           std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
    return std::chrono::sys_days(date) + days(days_later);
}

std::optional<Nanoseconds> take_offset(Scanner& scanner) {
    if (scanner.skip("Zz")) return Nanoseconds{0};
    const bool behind = scanner.skip("-");
    if (!behind && !scanner.skip("+")) return std::nullopt;
    int hour = 0, minute = 0;
    if (!scanner.digits(2, 0, 23, hour) || !scanner.skip(":") || !scanner.digits(2, 0, 59, minute)) return std::nullopt;
    const Nanoseconds offset = hours(hour) + minutes(minute);
    return behind ? -offset : offset;
}

std::optional<WallTime> date_and_clock(std::string_view text, WallTime now) {
    Scanner dated(text);
    if (const auto date = take_date(dated)) {
        if (dated.at_end()) return local(*date, {});
        if (!dated.skip(" Tt")) return std::nullopt;
        const auto clock = take_clock(dated, false);
        return clock && dated.at_end() ? local(*date, *clock) : std::nullopt;
    }
    Scanner today(text);
    const auto clock = take_clock(today, false);
    return clock && today.at_end() ? local(local_date(now, 0), *clock) : std::nullopt;
}

std::optional<WallTime> named_day(std::string_view text, WallTime now) {
    if (text == "now") return now;
    if (text == "today") return local(local_date(now, 0), {});
    if (text == "yesterday") return local(local_date(now, -1), {});
    if (text == "tomorrow") return local(local_date(now, 1), {});
    return std::nullopt;
}

struct Unit {
    std::string_view names;  // between spaces
    seconds length;
};
constexpr std::array kUnits{Unit{" s sec second seconds ", seconds(1)}, Unit{" m min minute minutes ", minutes(1)}, Unit{" h hr hour hours ", hours(1)},
                            Unit{" d day days ", days(1)}, Unit{" w week weeks ", days(7)}};

std::optional<seconds> unit_length(std::string_view name) {
    for (const auto& unit : kUnits)
        if (unit.names.find(" " + std::string(name) + " ") != std::string_view::npos) return unit.length;
    return std::nullopt;
}

// "2h", "1d 4h", "90 min".
std::optional<Nanoseconds> span(std::string_view text) {
    Scanner scanner(text);
    seconds total{0};
    constexpr auto kMost = std::chrono::duration_cast<seconds>(Nanoseconds::max());
    for (bool first = true; first || !scanner.at_end(); first = false) {
        const auto count = scanner.number();
        scanner.skip_spaces();
        const auto word = scanner.word();
        const auto unit = word.empty() ? std::nullopt : unit_length(word);
        if (!count || !unit || *count > kMost / *unit) return std::nullopt;
        total += *count * *unit;
        if (total > kMost) return std::nullopt;
        scanner.skip_spaces();
    }
    return total;
}

std::optional<WallTime> relative(std::string_view text, WallTime now) {
    const bool later = text.starts_with('+');
    std::optional<Nanoseconds> distance;
    if (later || text.starts_with('-'))
        distance = span(text.substr(1));
    else if (text.ends_with(" ago"))
        distance = span(text.substr(0, text.size() - 4));
    if (!distance) return std::nullopt;
    if (later) return *distance > WallTime::max() - now ? WallTime::max() : now + *distance;
    return *distance > now.time_since_epoch() ? WallTime{} : now - *distance;
}

std::optional<WallTime> unix_time(std::string_view text) {
    if (!text.starts_with('@')) return std::nullopt;
    Scanner scanner(text.substr(1));
    const auto count = scanner.number();
    if (!count || *count > std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1) return std::nullopt;
    const auto fraction = scanner.fraction();
    return fraction && scanner.at_end() ? std::optional(WallTime(seconds(*count)) + *fraction) : std::nullopt;
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    Scanner scanner(text);
    const auto date = take_date(scanner);
    if (!date || !scanner.skip("Tt ")) return std::nullopt;
    const auto clock = take_clock(scanner, true);
    if (!clock) return std::nullopt;
    const auto offset = take_offset(scanner);
    if (!offset || !scanner.at_end()) return std::nullopt;
    return WallTime(std::chrono::sys_days(*date)) + length(*clock) - *offset;
}

std::optional<WallTime> parse_time_words(std::string_view text, WallTime now) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    for (const auto& form : {named_day(text, now), relative(text, now), unix_time(text), parse_rfc3339(text), date_and_clock(text, now)})
        if (form) return form;
    return std::nullopt;
}

}  // namespace touchstone::reader
