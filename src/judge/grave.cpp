#include "grave.hpp"

#include <algorithm>
#include <array>

#include "touchstone/bytes.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {
namespace {

constexpr std::uint32_t kSetId = 06000;
constexpr const char* kCapability = "security.capability";

// Directories that systemd, cron and their like take jobs from: whatever file appears below one of them.
constexpr std::array<std::string_view, 10> kRunByThemselves{"/etc/systemd/system", "/etc/systemd/user", "/usr/lib/systemd/system", "/usr/lib/systemd/user", "/lib/systemd/system",
                                                           "/usr/local/lib/systemd/system", "/var/spool/cron", "/etc/init.d", "/etc/rc.local", "/etc/ld.so.preload"};
constexpr std::array<std::string_view, 5> kPatterns{"/etc/cron*/**", "/etc/crontab", "/etc/anacrontab", "/**/.ssh/authorized_keys*", "/**/.config/systemd/user/**"};

bool gained_set_id(const Finding& finding) {
    if (!finding.after || finding.after->type == FileType::directory) return false;
    const bool same = finding.before && finding.before->type == finding.after->type;
    return (finding.after->mode & kSetId & ~(same ? finding.before->mode : 0u)) != 0;
}

bool gained_capability(const Finding& finding) {
    if (!finding.after) return false;
    const auto now = finding.after->xattrs.find(kCapability);
    if (now == finding.after->xattrs.end()) return false;
    if (!finding.before) return true;
    const auto was = finding.before->xattrs.find(kCapability);
    return was == finding.before->xattrs.end() || was->second != now->second;
}

bool runs_by_itself(const Finding& finding) {
    const bool came = finding.action == Action::appeared || finding.action == Action::renamed;
    if (!came || !finding.after || finding.after->type == FileType::directory) return false;
    return std::any_of(kRunByThemselves.begin(), kRunByThemselves.end(), [&](std::string_view place) { return is_within(finding.path, std::string(place)); }) ||
           std::any_of(kPatterns.begin(), kPatterns.end(), [&](std::string_view pattern) { return glob_match(pattern, finding.path); });
}

}  // namespace

bool is_grave(const Finding& finding) {
    if (finding.action == Action::touched || finding.action == Action::unreadable || finding.action == Action::vanished || finding.action == Action::reverted) return false;
    return gained_set_id(finding) || gained_capability(finding) || runs_by_itself(finding);
}

}  // namespace touchstone
