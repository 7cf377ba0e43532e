#include "touchstone/cgroup_names.hpp"

#include <algorithm>

namespace touchstone {
namespace {

constexpr std::size_t kUid = 36;

bool is_uid(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' && c != '_' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return text.size() == kUid;
}

}  // namespace

std::string_view systemd_unit_in(std::string_view cgroup) {
    while (!cgroup.empty()) {
        const auto end = std::min(cgroup.find('/'), cgroup.size());
        const auto part = cgroup.substr(0, end);
        if (part.ends_with(".service") || part.ends_with(".scope")) return part;
        cgroup.remove_prefix(std::min(end + 1, cgroup.size()));
    }
    return {};
}

std::string_view pod_uid_in(std::string_view cgroup) {
    constexpr std::string_view kPod = "pod";
    for (auto at = cgroup.find(kPod); at != cgroup.npos; at = cgroup.find(kPod, at + 1)) {
        const auto uid = cgroup.substr(at + kPod.size(), kUid);
        if (is_uid(uid)) return uid;
    }
    return {};
}

}  // namespace touchstone
