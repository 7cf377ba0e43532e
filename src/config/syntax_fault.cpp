#include "syntax_fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace touchstone::config {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        out.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return out;
}

struct Numbered {
    std::size_t number;
    std::string_view text;
};

// " 12 | key = value"
std::optional<Numbered> numbered(std::string_view line) {
    const auto digit = line.find_first_not_of(' ');
    if (digit == std::string_view::npos) return std::nullopt;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(line.data() + digit, line.data() + line.size(), number);
    if (error != std::errc{}) return std::nullopt;
    const auto rest = line.substr(static_cast<std::size_t>(end - line.data()));
    if (!rest.starts_with(" | ")) return std::nullopt;
    return Numbered{number, rest.substr(3)};
}

// Where the library's line really stands: by its number when the text agrees, else the first line that holds the text.
std::optional<Span> locate(const SourceText& source, const Numbered& shown) {
    auto text = shown.text;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (source.line(shown.number) == text) return Span{shown.number, 0, 1};
    if (text.empty()) return std::nullopt;
    for (std::size_t number = 1; number <= source.line_count(); ++number)
        if (const auto at = source.line(number).find(text); at != std::string_view::npos) return Span{number, at, 1};
    return std::nullopt;
}

// "   |    ^--- comment" or "   |    ~~~~ comment": moves the span, gives the comment.
std::string_view underlined(std::string_view line, Span& span) {
    const auto bar = line.find(" | ");
    if (bar == std::string_view::npos) return {};
    const auto rest = line.substr(bar + 3);
    const auto mark = rest.find_first_not_of(' ');
    if (mark == std::string_view::npos) return {};
    span.column += mark;
    const auto end = rest.find(' ', mark);
    if (rest[mark] == '~') span.length = (end == std::string_view::npos ? rest.size() : end) - mark;
    return end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
}

std::string message_of(std::string_view first) {
    if (first.starts_with("[error] ")) first.remove_prefix(8);
    // "toml::parse_key: ", "parse_escape_sequence: ": functions are of no use to the reader.
    if (const auto colon = first.find(": "); colon != std::string_view::npos && first.substr(0, colon).find(' ') == std::string_view::npos)
        first.remove_prefix(colon + 2);
    else if (first.starts_with("toml::") && first.find(' ') == std::string_view::npos)
        first = {};
    while (!first.empty() && (first.back() == ' ' || first.back() == '.' || first.back() == ':')) first.remove_suffix(1);
    return first.empty() ? "this is not TOML" : "this is not TOML: " + std::string(first);
}

// The library says where a token is wrong, seldom how it should have been written.
std::string usual_remedy(const SourceText& source, const Span& at, std::string_view comment) {
    const auto rest = source.line(at.line).substr(std::min(at.column, source.line(at.line).size()));
    const auto quote = rest.empty() ? '\0' : rest[0];
    if (quote == '"' || quote == '\'') {
        if (rest.find(quote, 1) == std::string_view::npos) return fmt::format("the closing {} is missing", quote);
        if (quote == '"' && rest.find('\\') != std::string_view::npos) return "a backslash is doubled here, or the string put in 'single quotes'";
    }
    if (quote == '[' && rest.find(']') == std::string_view::npos) return "the closing ] is missing";
    if (quote == '/' || comment == "here") return "a value is a \"string\", a number, true, false or a [list]";
    return std::string(comment);
}

}  // namespace

SyntaxFault syntax_fault(const SourceText& source, const std::string& said) {
    const auto lines = lines_of(said);
    SyntaxFault fault;
    fault.what = message_of(lines.empty() ? std::string_view{} : lines.front());
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
        const auto shown = numbered(lines[i]);
        if (!shown) continue;
        auto span = locate(source, *shown);
        if (!span) continue;
        // The last place is the fault; those before it say what it is at odds with.
        const auto comment = underlined(lines[i + 1], *span);
        fault.right = usual_remedy(source, *span, comment);
        if (fault.found && fault.at.line != span->line) fault.right += fmt::format(" (see line {} as well)", fault.at.line);
        fault.at = *span;
        fault.found = true;
        ++i;
    }
    return fault;
}

}  // namespace touchstone::config
