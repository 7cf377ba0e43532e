// The text of one configuration file, and how a place in it is shown to whoever has to mend it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone::config {

struct Span {
    std::size_t line = 1;    // from 1
    std::size_t column = 0;  // bytes before it on its line
    std::size_t length = 1;  // bytes; never past the end of the line when shown
};

class SourceText {
public:
    SourceText(std::string name, std::string text);

    const std::string& name() const { return name_; }
    const std::string& text() const { return text_; }
    std::size_t line_count() const { return starts_.size(); }
    std::string_view line(std::size_t number) const;  // without its end; "" for a line that is not there
    std::string_view words(const Span& span) const;
    Span span_at(std::size_t offset, std::size_t length) const;

    std::string where(const Span& span) const;  // "FILE:LINE"

    // "FILE:LINE: WHAT", the line, and below it the span underlined with RIGHT (what would be right) beside it. Safe for a terminal.
    std::string show(const Span& span, std::string_view what, std::string_view right) const;

private:
    std::string name_;
    std::string text_;
    std::vector<std::size_t> starts_;
};
using SourceRef = std::shared_ptr<const SourceText>;

}  // namespace touchstone::config
