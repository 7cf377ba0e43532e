#include "admission.hpp"

#include <fmt/format.h>

#include "touchstone/bytes.hpp"

namespace touchstone::config {
namespace {

std::size_t first_invalid(std::string_view line) {
    for (std::size_t i = 0; i < line.size();) {
        std::size_t length = 1;
        while (length <= 4 && !is_utf8(line.substr(i, length))) ++length;
        if (length > 4) return i;
        i += length;
    }
    return line.size();
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

std::optional<Refusal> refuse_line(const SourceText& source, std::size_t number) {
    const auto line = source.line(number);
    if (line.size() > kMaxLine)
        return Refusal{{number, 0, line.size()}, "this line is too long", fmt::format("at most {} bytes", kMaxLine)};
    if (!is_utf8(line))
        return Refusal{{number, first_invalid(line), 1}, "this is not UTF-8",
                       "TOML is UTF-8; a path of other bytes is written as path_hex, in hexadecimal"};
    for (std::size_t i = 0; i < line.size(); ++i)
        if (is_control(line[i]))
            return Refusal{{number, i, 1}, fmt::format("control character 0x{:02x}", static_cast<unsigned>(line[i])),
                           "TOML allows none but tab and line ends; in a string write \\n or \\uXXXX"};
    return std::nullopt;
}

bool is_bare(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '+' || c == '.' || c == ':';
}

// Follows strings and comments just as far as is needed to tell brackets and dots outside of them.
class Nesting {
public:
    explicit Nesting(const SourceText& source) : source_(source), text_(source.text()) {}

    std::optional<Refusal> refuse() {
        while (i_ < text_.size()) {
            const char c = text_[i_];
            if (c == '"' || c == '\'') {
                skip_string(c);
            } else if (c == '#') {
                skip_to_line_end();
            } else if (is_bare(c)) {
                if (const auto token = skip_bare(); token > kMaxBareToken) return too_much(token, "this is too long", kMaxBareToken, "bytes");
            } else {
                ++i_;
                structure(c);
            }
            if (depth_ > kMaxNesting) return too_much(1, "nested too deeply", kMaxNesting, "levels");
            if (dots_ >= kMaxNesting) return too_much(1, "this key has too many parts", kMaxNesting, "parts");
        }
        return std::nullopt;
    }

private:
    Refusal too_much(std::size_t length, std::string_view what, std::size_t most, std::string_view unit) const {
        return {source_.span_at(i_ - length, length), std::string(what), fmt::format("at most {} {}", most, unit)};
    }

    void structure(char c) {
        if (c == '[' || c == '{') ++depth_;
        if ((c == ']' || c == '}') && depth_ > 0) --depth_;
        if (c != ' ' && c != '\t') dots_ = 0;
    }

    std::size_t skip_bare() {
        const std::size_t begin = i_;
        for (; i_ < text_.size() && is_bare(text_[i_]); ++i_)
            if (text_[i_] == '.') ++dots_;
        return i_ - begin;
    }

    void skip_to_line_end() {
        while (i_ < text_.size() && text_[i_] != '\n') ++i_;
    }

    bool at(std::string_view word) const { return text_.substr(i_).starts_with(word); }

    void skip_string(char quote) {
        const std::string three(3, quote);
        const bool long_form = at(three);
        i_ += long_form ? 3 : 1;
        while (i_ < text_.size()) {
            if (!long_form && text_[i_] == '\n') return;  // never closed: the parser stops here too
            if (quote == '"' && text_[i_] == '\\') {
                i_ = std::min(i_ + 2, text_.size());
            } else if (long_form ? at(three) : text_[i_] == quote) {
                i_ += long_form ? 3 : 1;
                while (long_form && i_ < text_.size() && text_[i_] == quote) ++i_;  // """"" ends with quotes of its own
                return;
            } else {
                ++i_;
            }
        }
    }

    const SourceText& source_;
    std::string_view text_;
    std::size_t i_ = 0;
    std::size_t depth_ = 0;
    std::size_t dots_ = 0;
};

}  // namespace

std::optional<Refusal> refuse(const SourceText& source) {
    if (source.text().size() > kMaxFile)
        return Refusal{{1, 0, 1}, "this file is too large", fmt::format("at most {} bytes", kMaxFile)};
    for (std::size_t number = 1; number <= source.line_count(); ++number)
        if (auto refusal = refuse_line(source, number)) return refusal;
    return Nesting(source).refuse();
}

}  // namespace touchstone::config
