#include "touchstone/rotation_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>

namespace touchstone {
namespace {

constexpr std::array<std::string_view, 4> kCompressed{".gz", ".bz2", ".xz", ".zst"};
constexpr std::size_t kMaxStamp = 32;
constexpr std::size_t kMaxIndexDigits = 4;  // log.1 to log.9999; more digits are a date or an epoch

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == '.' || c == '-' || c == '_'; }

bool cut_suffix(std::string_view& text, std::string_view suffix) {
    if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix) return false;
    text.remove_suffix(suffix.size());
    return true;
}

// "-20260101", ".1", ".old": what tells one rotation from the next. Sorts newest first.
struct Stamp {
    enum Family { old, index, date } family;
    std::string digits;
    bool operator==(const Stamp&) const = default;
    bool operator<(const Stamp& other) const {
        if (family != other.family) return family < other.family;
        if (family == date) return digits > other.digits;
        return std::tuple(digits.size(), digits) < std::tuple(other.digits.size(), other.digits);
    }
};

std::optional<Stamp> stamp_of(std::string_view text) {
    if (text == ".old") return Stamp{Stamp::old, ""};
    if (text.size() < 2 || text.size() > kMaxStamp || !is_separator(text[0]) || !is_digit(text[1]) || !is_digit(text.back())) return std::nullopt;
    std::string digits;
    for (const char c : text.substr(1)) {
        if (is_digit(c))
            digits += c;
        else if (!is_separator(c) && c != ':' && c != 'T')
            return std::nullopt;
    }
    const bool is_index = text.size() == 1 + digits.size() && digits.size() <= kMaxIndexDigits;
    return Stamp{is_index ? Stamp::index : Stamp::date, std::move(digits)};
}

// One way to read a name as that of a rotation: its log, and around the stamp what the log's name is made of.
struct Reading {
    std::string log;
    std::string before, stamp_text, after;
    Stamp stamp;
    bool compressed = false;

    bool same_style(const Reading& other) const {
        return before == other.before && after == other.after && stamp_text[0] == other.stamp_text[0];
    }
};

// Every way to cut `stem` into a log's name and a stamp.
void cut_stamps(std::vector<Reading>& readings, std::string_view stem, std::string_view after, bool compressed) {
    for (std::size_t at = stem.size() > kMaxStamp ? stem.size() - kMaxStamp : 1; at < stem.size(); ++at) {
        auto stamp = stamp_of(stem.substr(at));
        if (!stamp) continue;
        const std::string before(stem.substr(0, at));
        readings.push_back({before + std::string(after), before, std::string(stem.substr(at)), std::string(after), std::move(*stamp), compressed});
    }
}

std::vector<Reading> readings_of(std::string_view name) {
    bool compressed = false;
    for (const auto ending : kCompressed)
        if (!compressed) compressed = cut_suffix(name, ending);
    std::vector<Reading> readings;
    cut_stamps(readings, name, "", compressed);
    const auto dot = name.rfind('.');
    if (dot != std::string_view::npos && dot != 0) cut_stamps(readings, name.substr(0, dot), name.substr(dot), compressed);
    return readings;
}

// Rotation gives the next number, compression keeps it; a date is kept for good.
bool may_follow(const Reading& later, const Reading& earlier) {
    if (later.log != earlier.log) return false;
    if (later.stamp_text == earlier.stamp_text && later.after == earlier.after) return later.compressed && !earlier.compressed;
    return later.stamp.family == Stamp::index && earlier.stamp.family == Stamp::index && later.same_style(earlier) && earlier.stamp < later.stamp;
}

class EarlierNames {
public:
    std::vector<EarlierName> of(const std::string& name) {
        for (const auto& reading : readings_of(name)) add_earlier_than(reading);
        return std::move(found_);
    }

private:
    void add_earlier_than(const Reading& reading) {
        if (reading.compressed) add(reading.before + reading.stamp_text + reading.after, true);
        unsigned number = 0;
        const auto& digits = reading.stamp.digits;
        if (reading.stamp.family == Stamp::index) std::from_chars(digits.data(), digits.data() + digits.size(), number);
        const unsigned first = number > kGenerations ? number - kGenerations : 0;
        while (number > first) {
            const std::string plain = reading.before + reading.stamp_text[0] + std::to_string(--number) + reading.after;
            add(plain, false);
            for (auto& compressed : compressed_names(plain)) add(std::move(compressed), false);
        }
        add(reading.log, true);
    }

    void add(std::string name, bool may_be_copied) {
        const auto same = std::find_if(found_.begin(), found_.end(), [&](const EarlierName& each) { return each.name == name; });
        if (same == found_.end())
            found_.push_back({std::move(name), may_be_copied});
        else
            same->may_be_copied |= may_be_copied;
    }

    std::vector<EarlierName> found_;
};

}  // namespace

std::vector<EarlierName> earlier_names(const std::string& name) { return EarlierNames().of(name); }

std::vector<std::string> later_names(const std::string& name, const std::vector<std::string>& siblings) {
    using Ranked = std::tuple<Stamp, bool, std::string>;
    const auto own = readings_of(name);
    std::vector<Ranked> found;
    for (const auto& sibling : siblings) {
        for (const auto& reading : readings_of(sibling)) {
            const auto follows = [&](const Reading& earlier) { return may_follow(reading, earlier); };
            if (reading.log != name && std::none_of(own.begin(), own.end(), follows)) continue;
            found.emplace_back(reading.stamp, reading.compressed, sibling);
            break;
        }
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> names;
    for (auto& each : found) names.push_back(std::move(std::get<2>(each)));
    return names;
}

bool are_of_one_log(const std::string& one, const std::string& other) {
    const auto ones = readings_of(one);
    const auto others = readings_of(other);
    const auto is_log_of = [](const std::string& log) { return [&log](const Reading& reading) { return reading.log == log; }; };
    if (std::any_of(ones.begin(), ones.end(), is_log_of(other)) || std::any_of(others.begin(), others.end(), is_log_of(one))) return true;
    return std::any_of(ones.begin(), ones.end(), [&](const Reading& reading) { return std::any_of(others.begin(), others.end(), is_log_of(reading.log)); });
}

std::vector<std::string> compressed_names(const std::string& name) {
    std::vector<std::string> names;
    for (const auto ending : kCompressed) names.push_back(name + std::string(ending));
    return names;
}

}  // namespace touchstone
