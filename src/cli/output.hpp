// Standard output is for what was asked, standard error for all else. Callers pass text that is safe for a terminal.
#pragma once

#include <string>
#include <string_view>

#include "touchstone/result.hpp"

namespace touchstone::cli {

void say(std::string_view text);            // standard error, with a newline
void say(const Error& error);               // "touchstone: WHAT"

// Writes everything to standard output, now; returns `status`, or 70 when that failed (full disk, closed pipe).
int print(std::string_view text, int status);

bool standard_error_is_terminal();

}  // namespace touchstone::cli
