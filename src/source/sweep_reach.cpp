#include "sweep_reach.hpp"

#include <algorithm>
#include <utility>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

// A backslash quotes, so a component with one is a pattern too.
bool is_literal(std::string_view component) { return component.find_first_of("*?[\\") == std::string_view::npos; }

bool related(std::string_view a, std::string_view b) { return is_within(a, b) || is_within(b, a); }

// May a rule other than the directory's own hold for something below the directory?
bool may_interfere(const Rule& other, const std::string& prefix, const std::string& directory) {
    if (is_within(prefix, directory)) return true;
    return prefix != other.path && is_within(directory, prefix);  // a glob that may match further down
}

bool may_exclude_below(const std::string& pattern, const std::string& directory) {
    if (pattern.find('/') == std::string::npos) return true;  // any one name
    const auto prefix = literal_prefix(pattern);
    return prefix.empty() || related(prefix, directory);
}

}  // namespace

std::string literal_prefix(const std::string& pattern) {
    if (!pattern.starts_with('/')) return {};
    std::size_t end = 0;
    while (end < pattern.size()) {
        auto next = pattern.find('/', end + 1);
        if (next == std::string::npos) next = pattern.size();
        if (!is_literal(std::string_view(pattern).substr(end, next - end))) break;
        end = next;
    }
    while (end > 1 && pattern[end - 1] == '/') --end;
    return end == 0 ? "/" : pattern.substr(0, end);
}

SweepReach::SweepReach(const Policy& policy, std::vector<std::string> filesystems, std::vector<Mount> mounts)
    : policy_(policy), filesystems_(std::move(filesystems)), mounts_(std::move(mounts)) {
    for (const auto& rule : policy_.rules()) prefixes_.push_back(literal_prefix(rule->path));
}

MountView SweepReach::view_of(const Mount& mount) const {
    MountView view{mount.point, mount.type, true, !is_watchable_type(mount.type, {}), {}};
    if (is_watchable_type(mount.type, filesystems_)) return view;
    // Also a start on a further mount on top of this one: it has to be reached.
    for (const auto& prefix : prefixes_)
        if (is_within(prefix, mount.point)) view.only.push_back(prefix);
    view.entered = !view.only.empty();
    return view;
}

const MountView& SweepReach::mount(int id, const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(id);
    if (found != views_.end()) return *found->second;
    const auto by_id = [&](const Mount& mount) { return mount.id == id; };
    auto at = std::find_if(mounts_.begin(), mounts_.end(), by_id);
    if (at == mounts_.end() && id != 0) {
        if (auto now = read_mounts()) mounts_ = std::move(*now);
        at = std::find_if(mounts_.begin(), mounts_.end(), by_id);
    }
    // No number (nothing is there, or a kernel before 5.8), or unmounted again: by the path, else as a plain file system.
    const Mount* mount = at != mounts_.end() ? &*at : mount_of(mounts_, path);
    auto& view = views_[mount != nullptr ? mount->id : -1];
    if (!view) view = std::make_unique<MountView>(mount != nullptr ? view_of(*mount) : MountView{});
    return *view;
}

Reach SweepReach::of(const MountView& mount, const std::string& path) const {
    if (!mount.only.empty()) {
        const auto holds = [&](const std::string& start) { return is_within(path, start); };
        if (std::none_of(mount.only.begin(), mount.only.end(), holds)) {
            const auto below = [&](const std::string& start) { return is_within(start, path); };
            return std::any_of(mount.only.begin(), mount.only.end(), below) ? Reach::passage : Reach::none;
        }
    }
    if (policy_.rule_for(path)) return Reach::watched;
    return policy_.leads_to_watch(path) ? Reach::passage : Reach::none;
}

bool SweepReach::uniform_below(const MountView& mount, const std::string& directory) const {
    if (of(mount, directory) != Reach::watched) return false;
    const RuleRef own = policy_.rule_for(directory);
    const auto& exclude = own->exclude;
    if (std::any_of(exclude.begin(), exclude.end(), [&](const std::string& pattern) { return may_exclude_below(pattern, directory); }))
        return false;
    const auto& rules = policy_.rules();
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (rules[i] != own && may_interfere(*rules[i], prefixes_[i], directory)) return false;
    return true;
}

std::vector<std::string> sweep_roots(const std::string& scope, const Policy& policy) {
    if (scope.empty() || scope == "/") {
        // "/" as a scope is everything, whether or not "/" itself is a watch.
        return policy.starts();
    }
    std::string clean = scope;
    while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
    for (const auto& start : policy.starts()) {
        if (!is_within(clean, start)) continue;
        if (policy.rule_for(clean) || policy.leads_to_watch(clean)) return {clean};
        return {};
    }
    std::vector<std::string> roots;
    for (const auto& start : policy.starts())
        if (is_within(start, clean)) roots.push_back(start);
    return roots;
}

}  // namespace touchstone
