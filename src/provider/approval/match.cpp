#include "approval/match.hpp"

#include <cerrno>

#include "hasher.hpp"

namespace touchstone::approval {
namespace {

using Kind = ApprovedState::Kind;

bool is_of_kind(const Attributes& is, Kind kind) {
    switch (kind) {
        case Kind::file: return is.type == FileType::regular;
        case Kind::symlink: return is.type == FileType::symlink;
        case Kind::directory: return is.type == FileType::directory;
        case Kind::any:
        case Kind::absent: break;
    }
    return false;
}

// All but a file's content.
bool has_attributes(const ApprovedState& state, const Attributes& is) {
    return is_of_kind(is, state.kind) && state.mode.value_or(is.mode) == is.mode && state.uid.value_or(is.uid) == is.uid &&
           state.gid.value_or(is.gid) == is.gid && (state.kind != Kind::symlink || state.link_target == is.link_target);
}

// nullopt: the two have no digest in common.
std::optional<bool> has_content(const ApprovedState& state, const Attributes& is, DigestAlgorithm digest) {
    if (state.kind != Kind::file) return true;
    const auto approved = state.digests.find(digest);
    if (approved == state.digests.end() || is.digest.empty()) return std::nullopt;
    return approved->second == is.digest;
}

bool is_state(const ApprovedState& state, const Observation* observation, DigestAlgorithm digest) {
    if (observation == nullptr || observation->absent()) return state.kind == Kind::absent;
    const auto* is = observation->attributes();
    return is != nullptr && has_attributes(state, *is) && has_content(state, *is, digest).value_or(false);
}

Result<bool> has_sha256(const ApprovedState& state, const Question& question) {
    if (!question.read) return false;
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return fail(hasher.error());
    hasher->begin();
    const auto read = question.read([&](std::string_view bytes) { hasher->update(bytes); });
    if (!read && read.error().code == EBUSY) return false;  // it is something else by now, and will be looked at again
    if (!read) return fail(read.error());
    return hasher->finish() == state.digests.at(DigestAlgorithm::sha256);
}

}  // namespace

bool is_before(const ApprovedState& before, const Observation* known, DigestAlgorithm digest) {
    return before.kind == Kind::any || is_state(before, known, digest);
}

bool is_already(const ApprovedState& after, const Observation* known, DigestAlgorithm digest) { return is_state(after, known, digest); }

Result<bool> is_after(const ApprovedState& after, const Question& question) {
    if (question.now.absent()) return after.kind == Kind::absent;
    const auto* is = question.now.attributes();
    if (is == nullptr || !has_attributes(after, *is)) return false;
    if (const auto known = has_content(after, *is, question.digest)) return *known;
    return has_sha256(after, question);
}

std::vector<std::string> covered(const ApprovedState& after, const Observation& now) {
    if (after.kind == Kind::absent)
        return {"type", "mode", "uid", "gid", "content", "link_target", "link_count", "rdev", "project_id", "inode_flags", "xattr.*"};
    std::vector<std::string> covers{"type"};
    // A symbolic link's mode means nothing and is always the same.
    if (after.mode || after.kind == Kind::symlink) covers.emplace_back("mode");
    if (after.uid) covers.emplace_back("uid");
    if (after.gid) covers.emplace_back("gid");
    if (after.kind == Kind::symlink) covers.emplace_back("link_target");
    if (after.kind != Kind::file) return covers;
    covers.emplace_back("content");
    // The approval is of this name alone: another name of the object is not in it.
    if (now.attributes()->link_count == 1) covers.emplace_back("link_count");
    return covers;
}

}  // namespace touchstone::approval
