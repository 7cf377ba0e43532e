// What lines begin with, and who did it: the same for entries and groups.
#pragma once

#include <string>
#include <string_view>

#include "touchstone/log_text.hpp"

namespace touchstone::reader {

// For a terminal: `text` in a colour, or as it is.
enum class Ink { plain, faint, red, yellow, green, cyan, magenta, bold };
std::string inked(std::string_view text, Ink ink, const TextForm& form);

std::string time_column(WallTime time, const TextForm& form);
std::string severity_name(std::int64_t severity);

// Verdict or dataset, severity, in their colours, padded.
std::string mark_columns(const Entry& entry, std::int64_t severity, const TextForm& form);

std::string padded(std::string text, std::size_t width);

// ", login 1000, container 0123456789ab": what else is known of an actor.
std::string surroundings(const Entry& entry);

}  // namespace touchstone::reader
