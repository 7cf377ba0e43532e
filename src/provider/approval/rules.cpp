#include "approval/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxPath = 32 << 10;

using Kind = ApprovedState::Kind;

bool has_attributes(const ApprovedState& state) { return state.mode || state.uid || state.gid; }

std::string fault_of_digests(const ApprovedState& state) {
    if (state.kind != Kind::file) return state.digests.empty() ? "" : "only a file has digests";
    if (state.digests.empty()) return "there is no digest";
    for (const auto& [algorithm, raw] : state.digests)
        if (raw.size() != digest_size(algorithm)) return fmt::format("a {} has {} bytes", config_name(algorithm), digest_size(algorithm));
    return "";
}

std::string fault_of_state(const ApprovedState& state) {
    if ((state.kind == Kind::symlink) == state.link_target.empty())
        return state.kind == Kind::symlink ? "a symbolic link needs its target" : "only a symbolic link has a target";
    if (state.link_target.find('\0') != std::string::npos) return "a target with a zero byte";
    if (state.mode.value_or(0) > 07777) return "a mode has the bits 07777";
    return fault_of_digests(state);
}

std::string fault_of_change(const ApprovedChange& change) {
    if (auto fault = fault_of_approved_path(change.path); !fault.empty()) return fault;
    const auto& [path, before, after] = change;
    if (after.kind == Kind::any) return "it does not say what it should be";
    if (before.kind == Kind::absent && after.kind == Kind::absent) return "it is gone before and after";
    if (has_attributes(before) || (has_attributes(after) && after.kind == Kind::absent)) return "mode and owner belong to what is there after";
    if (auto fault = fault_of_state(before); !fault.empty()) return "before: " + fault;
    if (auto fault = fault_of_state(after); !fault.empty()) return "after: " + fault;
    return after.kind == Kind::file && !after.digests.contains(DigestAlgorithm::sha256) ? "after: there is no SHA-256" : "";
}

std::string fault_of_changes(const std::vector<ApprovedChange>& changes) {
    if (changes.empty()) return "it approves nothing";
    if (changes.size() > kMaxApprovedChanges) return fmt::format("it has more than {} paths", kMaxApprovedChanges);
    const std::string* last = nullptr;
    for (const auto& change : changes) {
        if (last != nullptr && *last >= change.path) return fmt::format("{} is not in order, or twice there", printable(change.path));
        if (auto fault = fault_of_change(change); !fault.empty()) return fmt::format("{}: {}", printable(change.path), fault);
        last = &change.path;
    }
    return "";
}

bool is_whole_second(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time) == time; }

}  // namespace

std::string fault_of_approved_path(std::string_view path) {
    if (!path.starts_with('/')) return "the path is not absolute";
    if (path.size() > kMaxPath) return "the path is too long";
    if (path.find('\0') != std::string_view::npos) return "a path with a zero byte";
    if (path == "/") return "";
    for (std::size_t at = 1; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto part = path.substr(at, end - at);
        if (part == "..") return "the path escapes by `..`";
        if (part.empty() || part == ".") return "the path is not in its plain form";
        at = end + 1;
    }
    return "";
}

namespace approval {

bool is_lower_hex(std::string_view text, std::size_t digits) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string fault_of(const Approval& approval) {
    if (!is_lower_hex(approval.id, 32)) return "the id is not 32 hexadecimal digits";
    for (std::size_t i = 0; i < approval.hosts.size(); ++i) {
        if (!is_lower_hex(approval.hosts[i], 32))
            return fmt::format("host {} is not a machine id of 32 hexadecimal digits", printable(approval.hosts[i]));
        if (i > 0 && approval.hosts[i - 1] >= approval.hosts[i]) return "the hosts are not in order";
    }
    for (const auto* text : {&approval.approver, &approval.ticket, &approval.note})
        if (text->size() > kMaxApprovalText) return fmt::format("approver, ticket and note have at most {} bytes each", kMaxApprovalText);
    if (!is_whole_second(approval.not_before) || !is_whole_second(approval.expires)) return "times have whole seconds";
    if (approval.expires <= approval.not_before) return "it expires before it begins";
    return fault_of_changes(approval.changes);
}

}  // namespace approval
}  // namespace touchstone
