#include "run_on.hpp"

#include <algorithm>

#include "patterns.hpp"

namespace touchstone::mask {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

RE2::Options quiet() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
}

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

// Quoted by a backslash before it.
bool is_escaped(std::string_view text, std::size_t at) {
    std::size_t backslashes = 0;
    while (at > backslashes && text[at - backslashes - 1] == '\\') ++backslashes;
    return backslashes % 2 == 1;
}

bool closes(std::string_view text, std::string_view quote) {
    for (auto at = text.find(quote); at != std::string_view::npos; at = text.find(quote, at + 1))
        if (!is_escaped(text, at)) return true;
    return false;
}

}  // namespace

RunOnPatterns::RunOnPatterns() : value_below(mask::value_below(), quiet()), quoted_value(mask::quoted_value(), quiet()) {}

bool RunOn::holds(std::string_view line) {
    if (!quote_.empty()) {
        const bool closed = closes(line, quote_) || --left_ == 0;
        if (closed) quote_.clear();
        return true;
    }
    if (deeper_) {
        if (indentation(line) == line.size()) return false;  // an empty line ends nothing
        if (indentation(line) > *deeper_) return true;
        deeper_.reset();
    }
    return std::exchange(continued_, false);
}

void RunOn::after(std::string_view line, bool masked, bool by_name) {
    continued_ = masked && line.ends_with('\\');
    if (!by_name || deeper_ || !quote_.empty()) return;
    re2::StringPiece found;
    if (RE2::PartialMatch(piece(line), patterns_.value_below, &found)) deeper_ = found.size();
    if (RE2::PartialMatch(piece(line), patterns_.quoted_value, &found)) open_quote({found.data(), found.size()});
}

void RunOn::open_quote(std::string_view value) {
    const bool threefold = value.size() >= 3 && value[1] == value[0] && value[2] == value[0];
    const auto quote = value.substr(0, threefold ? 3 : 1);
    if (closes(value.substr(quote.size()), quote)) return;
    quote_ = quote;
    left_ = kMostLines;
}

}  // namespace touchstone::mask
