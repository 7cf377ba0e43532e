// An approval: changes that somebody with a key has said, beforehand and exactly, are to be made on named hosts (docs/formats.md).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

// What an object is, as far as an approval or a manifest says. What it does not say is empty.
struct ApprovedState {
    enum class Kind { any, absent, file, symlink, directory };  // any: only of what was before
    Kind kind = Kind::absent;
    std::map<DigestAlgorithm, std::string> digests;  // raw, of files
    std::string link_target;
    std::optional<std::uint32_t> mode, uid, gid;  // mode: the 07777 bits
    bool operator==(const ApprovedState&) const = default;
};

struct ApprovedChange {
    std::string path;
    ApprovedState before;  // kind, digests and link target alone
    ApprovedState after;   // of a file: with SHA-256
    bool operator==(const ApprovedChange&) const = default;
};

struct Approval {
    std::string id;                  // 32 hex digits, random: no approval is taken twice
    std::vector<std::string> hosts;  // machine-id(5), ascending; empty: any host
    WallTime not_before{}, expires{};  // whole seconds
    std::string approver, ticket, note;  // bytes; who prints them escapes them
    std::vector<ApprovedChange> changes;  // ascending by path, each path once
    bool operator==(const Approval&) const = default;
};

inline constexpr std::size_t kMaxApprovalBytes = 16 << 20;
inline constexpr std::size_t kMaxApprovedChanges = 100'000;
inline constexpr std::size_t kMaxApprovalText = 1024;  // bytes of approver, ticket and note each

// "" when a path may be approved, else what is wrong with it: not absolute, or a component that is "", "." or "..".
std::string fault_of_approved_path(std::string_view path);

// The one text form of an approval, without its signature; and what such a text says. bad_input for anything but exactly that form, with the line
// that is wrong. An approval with a fault (no digest, paths out of order, expired before it begins) has no text.
Result<std::string> approval_text(const Approval& approval);
Result<Approval> parse_approval(std::string_view text);

// 2026-01-31T12:00:00Z, the form of times in approvals; nullopt for anything else.
std::optional<WallTime> parse_utc_seconds(std::string_view text);
std::string to_utc_seconds(WallTime time);

// The Ed25519 public key of somebody who may approve.
class ApproverKey {
public:
    // Reads a PEM file (SubjectPublicKeyInfo). bad_input: it holds no such key, or OpenSSL (its FIPS provider) offers no Ed25519. Blocks on reads.
    static Result<ApproverKey> load(const std::string& file);
    static Result<std::vector<ApproverKey>> load_all(const std::vector<std::string>& files);

    const std::string& id() const { return id_; }      // 64 hex digits: SHA-256 of the SubjectPublicKeyInfo
    const std::string& name() const { return name_; }  // the file's name without ".pem"
    bool verifies(std::string_view bytes, std::string_view signature) const;

private:
    ApproverKey() = default;
    std::string id_, name_;
    std::shared_ptr<void> key_;
};

struct SignedApproval {
    Approval approval;
    std::string key_id, key_name;
};

// What stands at the end of a file that may be an approval: which key is said to have signed it. Nothing is believed by that.
Result<std::string> claimed_signer(std::string_view file);

// Verifies the signature over the exact bytes, and only then reads them. bad_input, with a reason: not signed, signed by a key that is not among
// `keys`, altered since, malformed.
Result<SignedApproval> verify_approval(std::string_view file, const std::vector<ApproverKey>& keys);

// Signs with a private key in PEM (PKCS #8); for one that is encrypted OpenSSL asks on the terminal. Returns the file's content. Blocks.
Result<std::string> sign_approval(const Approval& approval, const std::string& private_key_file);

// bad_input when the approval is not for this host (`host_id`: machine-id(5)) or has expired, when one of its paths leads through a symbolic link
// here, or when its digests before are not of `digest`, by which this host knows its files. Blocks on look-ups of names.
Status admit_approval(const Approval& approval, const std::string& host_id, DigestAlgorithm digest, WallTime now);

// Clocks are not all the same: an approval is taken as valid this much before its first moment. Not after its last.
inline constexpr Nanoseconds kClockTolerance = std::chrono::minutes(5);

}  // namespace touchstone
