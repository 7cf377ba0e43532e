// DESIGN.md 5.1, and sysexits(3).
#pragma once

#include "touchstone/result.hpp"

namespace touchstone::cli {

enum ExitStatus : int {
    kSuccess = 0,
    kFailed = 1,        // of a verb that answers a question: the answer is no
    kNotRunning = 3,    // status: no daemon, as systemctl(1) says it
    kUsage = 64,
    kBadData = 65,      // approve: what was handed in is refused
    kInternal = 70,
    kNoPermission = 77,
    kBadConfiguration = 78,
};

// Of an error met while doing the work, not while reading arguments or configuration.
inline int status_of(const Error& error) { return error.kind == ErrorKind::no_permission ? kNoPermission : kInternal; }

}  // namespace touchstone::cli
