#include "source_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone::config {
namespace {

constexpr std::size_t kShown = 120;  // bytes of a line around the span

// One column for a tab, so that the underline stays below what it means.
std::string for_terminal(std::string_view bytes) {
    std::string flat(bytes);
    std::replace(flat.begin(), flat.end(), '\t', ' ');
    return printable(flat);
}

std::size_t width(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string underline(std::size_t length) { return "^" + std::string(length > 0 ? length - 1 : 0, '~'); }

}  // namespace

SourceText::SourceText(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)), starts_{0} {
    for (std::size_t i = 0; i < text_.size(); ++i)
        if (text_[i] == '\n' && i + 1 < text_.size()) starts_.push_back(i + 1);
}

std::string_view SourceText::line(std::size_t number) const {
    if (number == 0 || number > starts_.size()) return {};
    const std::size_t begin = starts_[number - 1];
    std::string_view rest = std::string_view(text_).substr(begin);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
}

std::string_view SourceText::words(const Span& span) const {
    const auto whole = line(span.line);
    return whole.substr(std::min(span.column, whole.size()), span.length);
}

Span SourceText::span_at(std::size_t offset, std::size_t length) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<std::size_t>(after - starts_.begin());
    return {line, offset - starts_[line - 1], length};
}

std::string SourceText::where(const Span& span) const { return fmt::format("{}:{}", printable(name_), span.line); }

std::string SourceText::show(const Span& span, std::string_view what, std::string_view right) const {
    const auto whole = line(span.line);
    const std::size_t column = std::min(span.column, whole.size());
    const std::size_t from = column > kShown ? column - kShown / 2 : 0;
    const std::size_t length = std::min({span.length, whole.size() - column, kShown});
    const auto before = for_terminal(whole.substr(from, column - from));
    const auto marked = for_terminal(whole.substr(column, length));
    const std::size_t shown_to = std::min(whole.size(), column + std::max(length, kShown / 2));
    const auto after = for_terminal(whole.substr(column + length, shown_to - column - length));
    const auto number = std::to_string(span.line);
    return fmt::format("{}: {}\n  {} | {}{}{}{}{}\n  {} | {}{}{}{}", where(span), what, number, from > 0 ? "..." : "", before, marked, after,
                       shown_to < whole.size() ? "..." : "", std::string(number.size(), ' '),
                       std::string(width(before) + (from > 0 ? 3 : 0), ' '), underline(width(marked)), right.empty() ? "" : " ", right);
}

}  // namespace touchstone::config
