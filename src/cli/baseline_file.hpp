// What `build` and `accept` share about writing a baseline.
#pragma once

#include <string>

#include "touchstone/baseline.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone::cli {

// Keeps a second writer out: a lock on the baseline's directory (made 0700 when missing) for as long as the descriptor lives.
// bad_input when another holds it.
Result<Fd> lock_baseline(const std::string& file);

// Of a baseline made now, by whoever runs this, on this host; id and objects are filled in by commit().
BaselineInfo info_now(DigestAlgorithm digest);

}  // namespace touchstone::cli
