#include "dpkg/match.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hasher.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

// The row's digest by `algorithm`; null when it has none by that one.
const std::string* digest_by(const KnownFile& known, DigestAlgorithm algorithm) {
    if (algorithm == DigestAlgorithm::sha256) return &known.file.sha256;
    return known.algorithm == config_name(algorithm) && !known.file.digest.empty() ? &known.file.digest : nullptr;
}

Result<std::string> read_sha256(const Question& question) {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return fail(hasher.error());
    hasher->begin();
    const auto done = question.read([&](std::string_view piece) { hasher->update(piece); });
    if (!done) return fail(done.error());
    return hasher->finish();
}

enum class Content { same, other, unknown };

Result<Content> compare_content(const Question& question, const Attributes& now, const KnownFile& known) {
    if (now.size != known.file.size) return Content::other;
    const auto* digest = digest_by(known, question.digest);
    if (digest && !now.digest.empty()) return *digest == now.digest ? Content::same : Content::other;
    if (!question.read) return Content::unknown;
    const auto read = read_sha256(question);
    if (!read) return fail(read.error());
    return *read == known.file.sha256 ? Content::same : Content::other;
}

class Comparison {
public:
    void hold(const char* attribute, bool same, const std::string& difference) {
        if (same)
            match.covers.emplace_back(attribute);
        else
            match.differs += (match.differs.empty() ? "" : ", ") + difference;
    }
    void number(const char* attribute, std::uint64_t now, std::uint64_t expected) {
        hold(attribute, now == expected, fmt::format("{} {} instead of {}", attribute, now, expected));
    }
    Match match;
};

// dpkg sets no extended attributes and no inode flags. What a security module puts on every file is not of the package, and not covered.
void hold_what_packages_never_set(Comparison& comparison, const Attributes& now) {
    const auto is_set = [](const auto& xattr) { return xattr.first != "security.selinux" && xattr.first != "security.SMACK64"; };
    const bool any = std::any_of(now.xattrs.begin(), now.xattrs.end(), is_set);
    if (now.xattrs.empty())
        comparison.match.covers.emplace_back("xattr.*");
    else if (!any)
        for (const char* name : {"xattr.user.*", "xattr.trusted.*", "xattr.system.*", "xattr.security.capability", "xattr.security.ima"})
            comparison.match.covers.emplace_back(name);
    if (now.inode_flags == 0) comparison.match.covers.emplace_back("inode_flags");
    if (now.project_id == 0) comparison.match.covers.emplace_back("project_id");
}

void hold_owner_and_mode(Comparison& comparison, const Attributes& now, const PackagedFile& file, const std::optional<Ownership>& ownership) {
    const auto mode = ownership ? ownership->mode : file.mode;
    if (file.type == FileType::symlink)
        comparison.match.covers.emplace_back("mode");  // 0777, always
    else
        comparison.hold("mode", now.mode == mode, fmt::format("mode {:04o} instead of {:04o}", now.mode, mode));
    comparison.number("uid", now.uid, ownership ? ownership->uid : file.uid);
    comparison.number("gid", now.gid, ownership ? ownership->gid : file.gid);
}

}  // namespace

Result<Match> match(const Question& question, const Attributes& now, const KnownFile& known, const std::optional<Ownership>& ownership) {
    Comparison comparison;
    if (now.type != known.file.type) {
        comparison.match.differs = fmt::format("it is a {} instead of a {}", name_of(now.type), name_of(known.file.type));
        return comparison.match;
    }
    comparison.match.covers.emplace_back("type");
    comparison.match.same = true;
    if (now.type == FileType::symlink) {
        comparison.hold("link_target", now.link_target == known.file.link_target, fmt::format("it leads to {} instead of {}", printable(now.link_target),
                                                                                              printable(known.file.link_target)));
        comparison.match.same = now.link_target == known.file.link_target;
    }
    if (now.type == FileType::regular) {
        const auto content = compare_content(question, now, known);
        if (!content) return fail(content.error());
        if (*content != Content::unknown) comparison.hold("content", *content == Content::same, "other content");
        comparison.match.same = *content != Content::other;
        comparison.number("link_count", now.link_count, known.file.links);
    }
    hold_owner_and_mode(comparison, now, known.file, ownership);
    hold_what_packages_never_set(comparison, now);
    if (now.rdev == 0) comparison.match.covers.emplace_back("rdev");
    return comparison.match;
}

bool was(const Observation& before, DigestAlgorithm digest, const KnownFile& known) {
    const auto* seen = before.seen();
    if (!seen || seen->type != known.file.type) return false;
    if (seen->type == FileType::symlink) return seen->link_target == known.file.link_target;
    if (seen->type != FileType::regular) return seen->type == FileType::directory;
    const auto* expected = digest_by(known, digest);
    if (seen->size != known.file.size) return false;
    return seen->digest.empty() || (expected && *expected == seen->digest);
}

}  // namespace touchstone::dpkg
