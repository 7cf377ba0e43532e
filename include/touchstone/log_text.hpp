// Entries and groups as lines for people. Safe on a terminal whatever the log holds.
#pragma once

#include <string>

#include "touchstone/log_entry.hpp"
#include "touchstone/log_groups.hpp"

namespace touchstone::reader {

struct TextForm {
    bool colour = false;
    bool utc = false;      // else in the local time zone
    bool verbose = false;  // everything, in several lines
};

std::string to_text(const Entry& entry, const TextForm& form);  // with the newline
std::string to_text(const Group& group, const TextForm& form);  // one line

}  // namespace touchstone::reader
