// Whether a verified approval may be taken in on this host, now.
#include <fmt/format.h>

#include <algorithm>

#include "approval/rules.hpp"
#include "touchstone/approval.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

using approval::refuse;

// What is missing may come to be a directory, and so may a file: nothing leads through a link that is not there.
Status admit_path(const std::string& path) {
    const std::string directory(split_path(path).directory);
    if (directory.empty()) return {};
    const auto refuse_link = [&] { return refuse(fmt::format("{}: the path leads through a symbolic link", printable(path))); };
    const auto opened = open_nofollow(directory, 0);
    if (opened) {
        const auto status = stat_at(opened->get(), "");
        return status && status->type == FileType::symlink ? refuse_link() : Status{};
    }
    const int code = opened.error().code;
    if (code == ELOOP) return refuse_link();
    if (code == ENOENT || code == ENOTDIR) return {};
    return fail(Error{fmt::format("{}: {}", printable(path), opened.error().what), opened.error().kind, code});
}

Status admit_before(const ApprovedChange& change, DigestAlgorithm digest) {
    if (change.before.kind != ApprovedState::Kind::file || change.before.digests.contains(digest)) return {};
    return refuse(fmt::format("{}: this host knows its files by {}, and the digests before are others: sign with --digest {}", printable(change.path),
                              config_name(digest), config_name(digest)));
}

}  // namespace

Status admit_approval(const Approval& approval, const std::string& host_id, DigestAlgorithm digest, WallTime now) {
    if (host_id.empty()) return refuse("this host has no machine id (machine-id(5)), by which approvals name it");
    if (!approval.hosts.empty() && !std::binary_search(approval.hosts.begin(), approval.hosts.end(), host_id))
        return refuse(
            fmt::format("the approval is for {}, and this host is {}",
                        approval.hosts.size() == 1 ? "host " + approval.hosts.front() : fmt::format("{} other hosts", approval.hosts.size()),
                        printable(host_id)));
    if (approval.expires <= now) return refuse(fmt::format("the approval has expired: {}", to_utc_seconds(approval.expires)));
    const std::string* last = nullptr;
    for (const auto& change : approval.changes) {
        if (auto good = admit_before(change, digest); !good) return good;
        // Neighbours mostly share their directory.
        if (last == nullptr || split_path(*last).directory != split_path(change.path).directory)
            if (auto good = admit_path(change.path); !good) return good;
        last = &change.path;
    }
    return {};
}

}  // namespace touchstone
