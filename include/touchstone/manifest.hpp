// Listings of objects from which an approval is made: manifests, directories, tarballs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/approval.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

using Listing = std::map<std::string, ApprovedState>;  // by absolute path on the host

// Where names that are not absolute belong: "" refuses them, "/" and "/srv" put them below. bad_input also for a name that escapes by `..`.
Result<std::string> place(std::string_view root, std::string_view name);

// Lines of sha256sum(1), sha384sum(1) or sha512sum(1), with its escapes; or mtree(5), told by its first line or by its keywords. Refused, with the
// number of the line: whatever is neither, a file without such a digest, an object that cannot be approved (device, fifo, socket), a name listed twice.
Result<Listing> parse_manifest(std::string_view text, const std::string& root);
Result<Listing> parse_sums(std::string_view text, const std::string& root);
Result<Listing> parse_mtree(std::string_view text, const std::string& root);
Result<Listing> read_manifest(const std::string& file, const std::string& root);  // at most 64 MiB

// What is below `directory`: content by `digests`, modes, link targets; no owners, for users are numbered differently elsewhere. Files that change
// meanwhile, and objects that cannot be approved, are refused. Blocks on reads.
Result<Listing> list_directory(const std::string& directory, const std::string& root, const std::vector<DigestAlgorithm>& digests);

// What a tarball (also compressed) holds, owners included. Members that escape by `..` are refused. Blocks on reads.
Result<Listing> list_tarball(const std::string& file, const std::string& root, const std::vector<DigestAlgorithm>& digests);

// What changes between the two, in order; what is not in `before` was not there. What is the same in all that both say is left out: `unchanged` counts it.
// What is only in `before` stays as it is unless `removals`.
std::vector<ApprovedChange> changes_between(const Listing& before, const Listing& after, bool removals, std::size_t& unchanged);

}  // namespace touchstone
