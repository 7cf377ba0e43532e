#include "touchstone/mounts.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "number.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxMountinfoBytes = 256u << 20;  // the kernel allows 100,000 mounts; a runaway read must end

// Types that hold no files of their own (pseudo), or whose files can change without this kernel knowing (network, cluster, FUSE).
constexpr std::array<std::string_view, 62> kUnwatchable{
    "9p",          "acfs",      "afs",        "apparmorfs", "autofs",   "beegfs",     "binder",    "binfmt_misc", "bpf",       "ceph",
    "cgroup",      "cgroup2",   "cifs",       "coda",       "configfs", "cpuset",     "cvfs",      "debugfs",     "devfs",     "devpts",
    "devtmpfs",    "efivarfs",  "functionfs", "fuse",       "fuseblk",  "fusectl",    "gadgetfs",  "gfs2",        "glusterfs", "gpfs",
    "hugetlbfs",   "lustre",    "mqueue",     "ncpfs",      "nfs",      "nfs4",       "nfsd",      "nsfs",        "ocfs2",     "openpromfs",
    "orangefs",    "panfs",     "pidfs",      "pipefs",     "prl_fs",   "proc",       "pstore",    "pvfs2",       "resctrl",   "rpc_pipefs",
    "securityfs",  "selinuxfs", "smackfs",    "smb3",       "smbfs",    "sockfs",     "spufs",     "sysfs",       "tracefs",   "usbfs",
    "vboxsf",      "virtiofs",
};
static_assert(std::is_sorted(kUnwatchable.begin(), kUnwatchable.end()));

// Everything up to the next space; `rest` moves behind it. An empty field is possible (a mount made with the source "").
std::string_view field(std::string_view& rest) {
    const auto space = rest.find(' ');
    const auto word = rest.substr(0, space);
    rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
    return word;
}

// \040 and the like: a backslash and three octal digits. Anything else stays as it is.
std::string unescape(std::string_view text) {
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && octal(text[i + 1]) && octal(text[i + 2]) && octal(text[i + 3])) {
            out += static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::optional<std::uint64_t> device_of(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto major_number = number<unsigned>(text.substr(0, colon));
    const auto minor_number = number<unsigned>(text.substr(colon + 1));
    if (!major_number || !minor_number) return std::nullopt;
    return makedev(*major_number, *minor_number);
}

// 36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda1 rw
std::optional<Mount> parse_line(std::string_view line) {
    const auto id = number<int>(field(line));
    const auto parent = number<int>(field(line));
    const auto device = device_of(field(line));
    if (!id || !parent || !device) return std::nullopt;
    Mount mount{*id, *parent, *device, unescape(field(line)), unescape(field(line)), {}, {}};
    field(line);  // options of the mount
    while (!line.empty())
        if (field(line) == "-") break;  // what came before is optional and of any number
    mount.type = unescape(field(line));
    mount.source = unescape(field(line));
    if (mount.type.empty() || !mount.point.starts_with('/')) return std::nullopt;
    return mount;
}

// Of two mounts that hold a path: the one whose point is longer, and of equals the later one.
const Mount* longer(const Mount* one, const Mount& other) {
    return one == nullptr || other.point.size() >= one->point.size() ? &other : one;
}

bool has_parent(const std::vector<Mount>& mounts, const Mount& mount) {
    return std::any_of(mounts.begin(), mounts.end(), [&](const Mount& other) { return other.id == mount.parent && other.id != mount.id; });
}

// Of the mounts made on `below`, the one that a walk along `path` meets first. What lies deeper on `below` is hidden by it.
const Mount* first_met(const std::vector<Mount>& mounts, const Mount& below, const std::string& path) {
    const Mount* met = nullptr;
    for (const auto& mount : mounts) {
        if (mount.parent != below.id || mount.id == below.id || !is_within(path, mount.point)) continue;
        if (met == nullptr || mount.point.size() <= met->point.size()) met = &mount;
    }
    return met;
}

}  // namespace

std::vector<Mount> parse_mountinfo(const std::string& text, std::size_t* bad) {
    std::vector<Mount> mounts;
    std::size_t bad_lines = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.empty()) continue;
        if (auto mount = parse_line(line))
            mounts.push_back(std::move(*mount));
        else
            ++bad_lines;
    }
    if (bad != nullptr) *bad = bad_lines;
    return mounts;
}

Result<std::vector<Mount>> read_mounts() {
    const Fd file(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    if (!file) return fail(system_error("open /proc/self/mountinfo"));
    std::string text;
    std::array<char, 16384> buffer;
    for (;;) {
        const auto got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(system_error("read /proc/self/mountinfo"));
        if (got == 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > kMaxMountinfoBytes) return fail(system_error("read /proc/self/mountinfo", EFBIG));
    }
    return parse_mountinfo(text);
}

const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path) {
    const Mount* found = nullptr;
    for (const auto& mount : mounts)
        if (is_within(path, mount.point) && (found == nullptr || mount.point.size() >= found->point.size()) && !has_parent(mounts, mount))
            found = longer(found, mount);
    // Each step goes to a mount on top of the last one; the table has no more of them, so a table with a loop in it ends too.
    for (std::size_t steps = 0; found != nullptr && steps < mounts.size(); ++steps) {
        const Mount* above = first_met(mounts, *found, path);
        if (above == nullptr) break;
        found = above;
    }
    if (found != nullptr) return found;
    for (const auto& mount : mounts)
        if (is_within(path, mount.point)) found = longer(found, mount);
    return found;
}

bool is_watchable_type(const std::string& type, const std::vector<std::string>& named) {
    const bool fuse = type.starts_with("fuse.");
    for (const auto& name : named)
        if (name == type || (fuse && name == "fuse")) return true;
    return !fuse && !std::binary_search(kUnwatchable.begin(), kUnwatchable.end(), std::string_view(type));
}

}  // namespace touchstone
