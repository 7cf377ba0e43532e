// Digests made of two files at a time, where that is faster: for whoever has many files to look at, and can look at each a little later.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "touchstone/digest.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {

// Not thread-safe.
class PairedDigests {
public:
    struct File {
        std::string path;      // handed back, and not used
        Fd opened;             // by open_entry()
        struct statx status {};  // of it: as many bytes as this says are read
    };
    // Gets each file back, once, with the raw digest of its content. That was read in some state since File::status, and whoever looks now must see that it
    // still is the same one (MetEntry::digest). No digest: it could not be read, or was seen to change; to be looked at without. Must not add().
    using Finished = std::function<void(const File& file, const std::string* digest)>;

    // Null where files are hashed one at a time: another algorithm, a CPU without SHA-256 instructions, FIPS mode (what hashes two is not approved), or
    // what hashes two does not agree with OpenSSL. `keep_going` is asked about every 4 MiB read of a file; false: it is given back without a digest.
    static std::unique_ptr<PairedDigests> make(DigestAlgorithm algorithm, std::function<bool()> keep_going, Finished finished);
    static bool is_offered(DigestAlgorithm algorithm);
    ~PairedDigests();

    // Reads until no more than one file is left, which waits for the next one. Blocks on file I/O. The page cache is left as it was.
    void add(File file);
    // Reads a piece of the file that waits. False: there was none.
    bool read_on();

    // Bytes: of smaller files little is won.
    static constexpr std::uint64_t kLeast = 4 << 10;

private:
    struct Impl;
    explicit PairedDigests(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
