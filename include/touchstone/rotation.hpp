// Evidence for log rotation: what was known of a log is now in a sibling, byte for byte, possibly compressed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// Does the file at `path` (absolute; no symbolic link is followed) begin with exactly the known bytes, plain or decompressed
// (gzip, bzip2, xz, zstd; one layer)? True as well when nothing was known. False when it is not there, is not a regular file,
// is shorter, differs, or is damaged before the known bytes end. Reads no further than the first difference, decompresses no
// more than known.size bytes and reads little more than that, so a decompression bomb costs nothing; atime is kept as in a
// look. Blocks on file I/O; any thread.
// Errors: ECANCELED when keep_going (about every 4 MiB read; may be empty) said no; bad_input when `known` is not made with
// `algorithm`, or OpenSSL does not offer it; else the system call that failed.
Result<bool> holds_known(const std::string& path, const BlockDigests& known, DigestAlgorithm algorithm,
                         const std::function<bool()>& keep_going);

// Those of the names in a log's directory that look like rotations of it, likely newest first. For "app.log": app.log.1,
// app.log.2.gz, app.log.old, app.log-20260101, app.log.20260101.xz, and logrotate's `extension`: app-20260101.log, app.1.log.gz.
// Names, not paths.
std::vector<std::string> rotation_candidates(const std::string& log_path, const std::vector<std::string>& sibling_names);

}  // namespace touchstone
