// Log rotation, recognised by content: all that was known of a log must be found, byte for byte, in the log itself or in a sibling, possibly
// compressed. A name only says where to look; nothing is believed because of a name or of who did it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "touchstone/digest.hpp"
#include "touchstone/known.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// Does the file at `path` (absolute; no symbolic link is followed) begin with exactly the known bytes, plain or decompressed
// (gzip, bzip2, xz, zstd; one layer)? When nothing was known: is it empty, plain or decompressed? False when it is not there, is not a
// regular file, is shorter, differs, or is damaged before the known bytes end. Reads no further than the first difference, decompresses no
// more than known.size bytes and reads little more than that, so a decompression bomb costs nothing; atime is kept as in a
// look. Blocks on file I/O; any thread.
// Errors: ECANCELED when keep_going (about every 4 MiB read; may be empty) said no; bad_input when `known` is not made with
// `algorithm`, or OpenSSL does not offer it; else the system call that failed.
Result<bool> holds_known(const std::string& path, const BlockDigests& known, DigestAlgorithm algorithm,
                         const std::function<bool()>& keep_going);

// Thread-safe. Remembers for a while what it has shown: the looks at a log and at its rotation come one after the other, and what the first
// look replaced in what is known is needed by the second.
//
// Evidence that a name's content went to a sibling is that the sibling holds it and is the same inode, or did not hold it before.
// Evidence that a name came from an earlier one is that it holds all that was known of that, and is not open to more (mode, owner). Of an
// empty log the inode is evidence, and so is a sibling that is empty, for no content was there to be lost.
class RotationEvidence {
public:
    explicit RotationEvidence(DigestAlgorithm algorithm);
    RotationEvidence(RotationEvidence&&) noexcept;
    RotationEvidence& operator=(RotationEvidence&&) noexcept;
    ~RotationEvidence();

    // `now` is a look under profile log, given the known blocks of the name. Blocks on reading siblings. Errors: of `known`. What cannot be
    // read is no evidence.
    Result<Rotation> find(const Observation& now, KnownReader& known, const std::function<bool()>& keep_going);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
