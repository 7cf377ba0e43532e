// What a file system object is: the values that travel from observe() through judge() into events and databases.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "touchstone/time.hpp"
#include "touchstone/verdict.hpp"

namespace touchstone {

enum class FileType : char {
    regular = 'f',
    directory = 'd',
    symlink = 'l',
    fifo = 'p',
    socket = 's',
    block_device = 'b',
    character_device = 'c',
};
std::string_view name_of(FileType type);          // ECS file.type: "file", "dir", "symlink"; ours: "fifo", "socket", "block", "char"
FileType file_type_of(std::uint32_t st_mode);

// An inode of a file system. `device` is stat(2)'s st_dev (makedev(3) encoding).
struct ObjectId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const ObjectId&) const = default;
};

// Digests of 1 MiB blocks, for profile `log`: an append is verified by its last block alone.
struct BlockDigests {
    static constexpr std::uint64_t kBlockSize = 1 << 20;
    std::uint64_t size = 0;  // bytes covered
    std::string full;        // raw digests of the whole blocks, one after the other
    std::string tail;        // raw digest of what follows the last whole block; empty when nothing does
    bool operator==(const BlockDigests&) const = default;
};

// Everything judged and recorded about an object that is there (DESIGN.md 5.3).
struct Attributes {
    FileType type = FileType::regular;
    std::uint32_t mode = 0;  // the 07777 bits
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0;
    std::uint64_t link_count = 0;
    std::uint64_t rdev = 0;        // of device nodes, makedev(3) encoding; else 0
    std::uint32_t project_id = 0;  // FS_IOC_FSGETXATTR; 0 where the file system has none
    std::uint32_t inode_flags = 0; // FS_IOC_GETFLAGS, without those that file systems set by themselves
    std::string link_target;       // of symlinks
    std::map<std::string, std::string> xattrs;  // name to raw value: ACLs, SELinux label, capabilities, user attributes
    std::string digest;            // raw, of regular files looked at with content; else empty
    std::string verity;            // what fs-verity measures of a file that it holds, as fsverity(1) prints it: "sha256:" and hex; else empty
    std::optional<BlockDigests> blocks;  // of regular files under profile `log`
    // Recorded, not judged:
    ObjectId id;
    WallTime mtime{};
    WallTime ctime{};
    bool operator==(const Attributes&) const = default;
};

struct Absent {
    bool operator==(const Absent&) const = default;
};

// It is there, or may be, but could not be looked at.
struct Unreadable {
    int error = 0;            // errno
    std::string attempted;    // "open", "read", "statx", "listxattr", ...
    std::optional<Attributes> seen;  // what could be seen of it
    bool operator==(const Unreadable& other) const { return error == other.error && attempted == other.attempted; }
};

using Look = std::variant<Absent, Attributes, Unreadable>;

// For profile `log`: is what was known of the file still there, byte for byte?
struct LogContinuity {
    bool held = false;
    std::uint64_t first_difference = 0;  // when not held: index of the first 1 MiB block that differs or is short
    bool verified_all = false;           // false: only the block at the old end and what follows it were read
};

// For profile `log`: what was shown, by content, of a rotation (rotation.hpp).
struct Rotation {
    std::optional<std::string> to;       // the sibling that holds, possibly compressed, all that was known of this name
    std::optional<std::string> from;     // the sibling of which this name holds all that was known
    bool dropped = false;                // what was known of this name is nowhere: it was the last of a row that moved up as a whole
    std::optional<std::uint64_t> awaits; // its name is that of a rotation of a known log of so many bytes, and nothing shows yet that it is one
    bool outdated = false;               // the name came to stand for something else during the search: look again
};

// One look at one name. Rows of the baseline and of the state are observations too.
struct Observation {
    std::string path;
    WallTime looked_at{};  // taken before the first system call of the look
    Look look = Absent{};
    std::optional<LogContinuity> continuity;  // only when known blocks were given to the look
    // Rows of the state, profile `log`: grown or rotated out of what the baseline holds, so this row stands in for the
    // baseline's (check and differs_from_baseline hold the object against it).
    bool follows_baseline = false;
    // Rows of the state: the verdict under which the object was last reported to be so. What stands as it was authorized stays authorized.
    Verdict standing = Verdict::unexpected;
    bool measured = false;  // the digest is the one that the baseline has for what fs-verity measures; the content was not read. Not kept in rows
    std::shared_ptr<const std::string> content = nullptr;  // the very bytes that the digest is of, when LookOptions::keep_content asked for them. Not kept in rows

    const Attributes* attributes() const { return std::get_if<Attributes>(&look); }
    const Unreadable* unreadable() const { return std::get_if<Unreadable>(&look); }
    // As attributes(); of what could not be looked at, as much as was seen or is still known of it. Null: nothing.
    const Attributes* seen() const {
        if (const auto* refused = unreadable()) return refused->seen ? &*refused->seen : nullptr;
        return attributes();
    }
    bool absent() const { return std::holds_alternative<Absent>(look); }
};

// The part of a known object by which a sweep decides whether to look again.
struct Glance {
    std::string name;  // last component
    FileType type = FileType::regular;
    ObjectId id;
    std::uint64_t size = 0;
    WallTime ctime{};
    WallTime looked_at{};
    bool unreadable = false;
};

// Git's racy rule: a ctime this close to the look, or after it, proves nothing, for a later write may have left it the same.
// Kernels stamp ctime with the tick (4 to 10 ms: CONFIG_HZ 100 to 250); doubled for safety.
inline constexpr Nanoseconds kRacyWindow = std::chrono::milliseconds(20);
inline bool is_racy(WallTime ctime, WallTime looked_at) { return ctime + kRacyWindow >= looked_at; }

}  // namespace touchstone
