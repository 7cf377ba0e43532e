// What the TOML library says of text that is not TOML, in our words and at the right place.
#pragma once

#include <string>

#include "source_text.hpp"

namespace touchstone::config {

struct SyntaxFault {
    Span at;
    bool found = false;  // `at` is known; else the start of the file
    std::string what;
    std::string right;
};

// `said` is toml11's own rendering: a message, then for each place " N | LINE" and below it an underline with a comment. Its exceptions
// carry a place as well, but often that of the statement's start; and both count lines within a token now and then, so that the line is
// looked up by its text.
SyntaxFault syntax_fault(const SourceText& source, const std::string& said);

}  // namespace touchstone::config
