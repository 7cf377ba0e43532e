#include "touchstone/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "approval/bounded_file.hpp"
#include "approval/rules.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using approval::refuse;
using Kind = ApprovedState::Kind;

constexpr std::size_t kMaxManifest = 64 << 20;

// The first line that is neither empty nor a comment.
std::string_view first_entry(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        if (!line.empty() && line.front() != '#') return line;
        at = end + 1;
    }
    return {};
}

bool is_mtree(std::string_view text) {
    const auto line = first_entry(text);
    return text.starts_with("#mtree") || line.starts_with("/set") || line.find(" type=") != std::string_view::npos || line.starts_with(". ");
}

// All that both say is the same.
bool is_unchanged(const ApprovedState& before, const ApprovedState& after) {
    if (before.kind != after.kind || before.link_target != after.link_target) return false;
    const auto differ = [](const auto& was, const auto& is) { return was && is && *was != *is; };
    if (differ(before.mode, after.mode) || differ(before.uid, after.uid) || differ(before.gid, after.gid)) return false;
    bool compared = after.kind != Kind::file;
    for (const auto& [algorithm, raw] : after.digests) {
        const auto was = before.digests.find(algorithm);
        if (was == before.digests.end()) continue;
        if (was->second != raw) return false;
        compared = true;
    }
    return compared;
}

ApprovedState without_attributes(ApprovedState state) {
    state.mode.reset();
    state.uid.reset();
    state.gid.reset();
    return state;
}

}  // namespace

Result<std::string> place(std::string_view root, std::string_view name) {
    while (name.starts_with("./")) name.remove_prefix(2);
    std::string path(name);
    if (!name.starts_with('/')) {
        if (root.empty()) return refuse(fmt::format("{}: the name is not absolute: say where it belongs with --root", printable(name)));
        path = join_path(root, name);
    }
    if (auto fault = fault_of_approved_path(path); !fault.empty()) return refuse(fmt::format("{}: {}", printable(name), fault));
    return path;
}

Result<Listing> parse_manifest(std::string_view text, const std::string& root) {
    if (first_entry(text).empty()) return refuse("the manifest is empty");
    return is_mtree(text) ? parse_mtree(text, root) : parse_sums(text, root);
}

Result<Listing> read_manifest(const std::string& file, const std::string& root) {
    const auto text = approval::read_bounded(file, kMaxManifest);
    if (!text) return fail(text.error());
    auto listing = parse_manifest(*text, root);
    if (!listing) return refuse(fmt::format("{}: {}", printable(file), listing.error().what));
    return listing;
}

std::vector<ApprovedChange> changes_between(const Listing& before, const Listing& after, bool removals, std::size_t& unchanged) {
    std::vector<ApprovedChange> changes;
    unchanged = 0;
    for (const auto& [path, state] : after) {
        const auto was = before.find(path);
        if (was != before.end() && is_unchanged(was->second, state)) {
            ++unchanged;
        } else {
            changes.push_back({path, was == before.end() ? ApprovedState{} : without_attributes(was->second), state});
        }
    }
    if (!removals) return changes;
    for (const auto& [path, state] : before)
        if (!after.contains(path)) changes.push_back({path, without_attributes(state), {}});
    std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return changes;
}

}  // namespace touchstone
