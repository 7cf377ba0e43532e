// After a kill: how far had the log come?
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "log_file.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

// Which part of a file is read back for owed events.
struct LogSpan {
    std::uint64_t from = 0;
    bool all_ours = false;  // nobody but us wrote there: a torn last line is ours also when its event was lost with the power
};

// Counts how many of `owed`, from the first on, stand in the file as whole lines, in order. Cuts a torn last line of ours.
// Reads at most what the owed lines can take, and a mebibyte more, from the end.
Result<std::size_t> recover(LogFile& file, LogSpan span, std::span<const OutgoingEvent> owed);

// The file of that identity in the directory of `path`: rotation renames.
std::optional<std::string> find_rotated(const std::string& path, ObjectId file);

}  // namespace touchstone
