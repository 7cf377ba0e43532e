#pragma once

#include <cstdint>
#include <set>
#include <span>

#include "touchstone/state.hpp"

namespace touchstone {

// Sequences of those of `owed` that the journal has from a process of this user; all of `owed` are asked for, in portions, until a portion
// brings nothing: events are delivered in order. Without a journal: none.
std::set<std::uint64_t> sequences_in_journal(std::span<const OutgoingEvent> owed);

}  // namespace touchstone
