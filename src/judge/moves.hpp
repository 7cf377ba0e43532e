// Where the objects of a group went, from its renames and from what is found under its names now.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "touchstone/judge.hpp"

namespace touchstone {

// All by the subject's index in the group.
struct Moves {
    std::vector<std::optional<std::size_t>> origin;   // the subject whose known object this name holds now
    std::vector<std::optional<std::size_t>> moved_to; // where this subject's known object is now
    std::vector<std::optional<std::size_t>> carrier;  // of a name never known and gone again: whose finding names it in `via`
    std::vector<bool> chain_end;                      // carries a chain of such names, and is one itself
};

Moves trace_moves(const std::vector<Subject>& group, const std::vector<Rename>& renames);

}  // namespace touchstone
