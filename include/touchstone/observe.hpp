// observe(): what is at this name now. Opens once, stats before and after hashing, and never follows a symbolic link anywhere
// in the path (openat2(2) RESOLVE_NO_SYMLINKS); special files are never opened (O_PATH, then type, then /proc/self/fd; what a walk has just seen to be a
// regular file is opened directly, by its name in the directory, and what was opened is looked at before it is used).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"
#include "touchstone/rule.hpp"

struct statx;

namespace touchstone {

struct LookOptions {
    Profile profile = Profile::content;
    const BlockDigests* known_blocks = nullptr;  // profile log: what was known; enables Observation::continuity
    bool verify_all = false;                     // profile log: read the old part too
    // Called before content is read, with how many bytes that will be, and about every 4 MiB read; return false to give up (the look is then
    // Unreadable with ECANCELED). May be empty.
    std::function<bool(std::uint64_t bytes)> before_reading;
    std::function<bool()> keep_going;
    // Called with each object that the name turns out to be, after its first stat and before anything else is read of it. May be empty.
    std::function<void(const ObjectId&)> on_object;
    // Asked before content is read: whether it is stored to through shared mappings. Such a file is written back first, so that the kernel tells the
    // next store. May be empty.
    std::function<bool(const ObjectId&)> is_mapped;
    // Asked before content is read (profile content): the digest of the object in this state, when it was read already. May be empty.
    std::function<std::optional<std::string>(const Attributes&)> known_digest;
    // Asked before that, and only of a file that fs-verity holds (Attributes::verity): the digest of the content that goes with what was measured,
    // from where an attacker cannot write (BaselineReader::digest_of). When it gives one, the look is `measured`. May be empty.
    std::function<std::optional<std::string>(const Attributes&)> digest_by_measurement;
    // Profile content: Observation::content of a file that is read and has no more bytes than this. 0: of none.
    std::uint64_t keep_content = 0;
    static constexpr std::uint64_t kPollEvery = 4 << 20;
};

// What a walk has met in a directory that it holds open: saves finding the way to it anew.
struct MetEntry {
    int directory = -1;                    // reached without following a link
    const char* name = nullptr;            // of one component
    const struct statx* status = nullptr;  // of it, just taken (of what is `opened`, some time ago will do): STATX_BASIC_STATS, not following
    int opened = -1;                       // by open_entry(), and `status` is of this descriptor; the directory is not needed then
    const std::string* digest = nullptr;   // of all that `opened` holds, read since `status` was taken
};

// For reading, of what its directory calls a regular file, so that neither a fifo's other end nor a lease is waited for. Look at what was opened before
// anything is done with it. An empty Fd: it cannot be opened that way, and errno says why.
Fd open_entry(int directory, const char* name);

// What OpenSSL offers in this process, by its configuration (openssl.cnf): in FIPS mode, where its default properties say "fips=yes", only what an active
// FIPS provider has.
std::vector<DigestAlgorithm> offered_digests();
bool is_fips_enabled();

class Observer {
public:
    // bad_input when OpenSSL does not offer the algorithm; names it and says which are offered.
    static Result<Observer> make(DigestAlgorithm algorithm);
    Observer(Observer&&) noexcept;
    Observer& operator=(Observer&&) noexcept;
    ~Observer();

    // Blocks on file I/O. One observer a thread. The digest is of one state of the file: identity, size and ctime before and
    // after agree, else the look is taken again, at most kAttempts times; after that the look is returned Unreadable with
    // EBUSY ("changing"; "open" when somebody holds a write lease), and the caller looks again later. Two exceptions: a log
    // that only grew meanwhile is taken as of the beginning of the look, and so is a directory that is busy to the end.
    // Atime is kept (O_NOATIME) where the caller may ask for that; that of symbolic links, which has no such flag, follows
    // the mount's rule. keep_going said no: Unreadable with ECANCELED.
    // Profiles: content: everything. metadata: all but digest, and the file is not opened for reading (project id and inode
    // flags, which need that, are left 0). presence: type and identity, and size, mtime and ctime, which sweeps compare. log:
    // as content, with blocks in place of digest.
    // A name that ends in a missing or non-directory component, or that leads through a symbolic link, is Absent.
    Observation look(const std::string& path, const LookOptions& options, WallTime now);
    // The same for what a walk has just met under `path`. Where the entry has changed meanwhile, the path is looked at.
    Observation look(const std::string& path, const MetEntry& entry, const LookOptions& options, WallTime now);

    static constexpr int kAttempts = 3;

private:
    struct Impl;
    explicit Observer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Hands over the whole content of a regular file that was looked at. EBUSY when it is not in that state any more, before or after; EINVAL when it is none.
// Blocks on file I/O; the page cache is left as it was.
Status read_content(const Observation& seen, const std::function<void(std::string_view)>& consume);

// The attributes of a statx already taken (walks use it); no digest, xattrs, flags or link target.
struct StatView {
    FileType type = FileType::regular;
    ObjectId id;
    std::uint64_t size = 0;
    std::uint64_t link_count = 0;
    WallTime ctime{};
    WallTime mtime{};
};

// Opens an absolute path as O_PATH without following a symbolic link in any component (the last one itself may be a link);
// paths longer than PATH_MAX work. O_DIRECTORY may be added in `extra_flags`. ELOOP: a symbolic link on the way. EINVAL: not
// absolute, or with a zero byte.
Result<Fd> open_nofollow(const std::string& path, int extra_flags);

// fstatat(AT_SYMLINK_NOFOLLOW) through statx(2), no automount, no atime change. An empty name is the descriptor itself.
Result<StatView> stat_at(int directory_fd, const char* name);

}  // namespace touchstone
