// Small trials for the doctor.
#pragma once

#include <string>

#include "touchstone/fd.hpp"

namespace touchstone::cli {

// A group with the flags that the watch asks for; invalid, with errno, when refused.
Fd watch_group();
Fd group_with(unsigned flags);

// 0, or the errno with which a mark of the watch's events was refused at `path`.
int try_filesystem_mark(const std::string& path);
int try_directory_mark(const std::string& path);
bool has_rename_event();  // FAN_RENAME

std::string first_line(const char* file);  // of a small file; "" when it cannot be read

}  // namespace touchstone::cli
