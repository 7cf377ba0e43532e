// The verbs talk to a running daemon through STATE/control.sock: one JSON object a line each way. Root only (SO_PEERCRED).
//
//   {"do":"status"}                     -> the status object (touchstone(8))
//   {"do":"baseline-changed"}           -> {"ok":true}: open the baseline file again and drop what was reported and now is as it should be
//   {"do":"look","paths_hex":[...]}     -> {"ok":true}: look at these names now, as after a touch (`check` hands over what it found)
//   {"do":"checked","text":"...","severity":"low","details":{...}} -> {"ok":true}: a comparison was made, whose report is this (comparison_report.hpp): a
//                                          sweep-finished notice is emitted; that of every watch is remembered for status
//   {"do":"approval","id":"...",...}    -> {"ok":true}: an approval was taken in, or (with "refused":"why") was not: a notice, whose details all members are
//   {"do":"hook-failed","refused":"why"} -> {"ok":true}: apt's hook could verify nothing at all: a package-refused notice
// An error is {"ok":false,"error":"..."}.
#pragma once

#include <string>

#include "touchstone/result.hpp"

namespace touchstone {

std::string control_socket_path(const std::string& state_directory);

// Sends one request line and returns the answer line. Blocks up to ten seconds. ENOENT or ECONNREFUSED (code): no daemon runs.
Result<std::string> ask_daemon(const std::string& state_directory, const std::string& request);

}  // namespace touchstone
