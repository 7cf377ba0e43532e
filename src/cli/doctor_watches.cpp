#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "doctor_probe.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/doctor.hpp"
#include "touchstone/mounts.hpp"
#include "touchstone/source.hpp"

namespace touchstone {
namespace {

using Level = Diagnosis::Level;

// "" when `path` is its own real path, as far as it exists.
std::string real_path_of(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
    return !real || path == real.get() ? std::string() : std::string(real.get());
}

std::string nearest_existing(std::string path) {
    struct stat unused {};
    while (path != "/" && ::lstat(path.c_str(), &unused) != 0) path = std::string(split_path(path).directory);
    return path;
}

Diagnosis existence(const std::string& path, const std::string& subject, const Policy& policy) {
    struct stat stat {};
    if (::lstat(path.c_str(), &stat) == 0) {
        const std::string real = real_path_of(path);
        if (S_ISLNK(stat.st_mode) && !real.empty() && policy.rule_for(real))
            return {Level::ok, subject, "is a symbolic link, watched as such; what it points to, " + real + ", is watched too", ""};
        if (S_ISLNK(stat.st_mode))
            return {Level::warn, subject, "is a symbolic link: the link itself is watched, not what it points to", "watch " + (real.empty() ? "its target" : real) + " as well"};
        if (!real.empty())
            return {Level::warn, subject, "has a symbolic link among its parents, which is not followed: nothing below it is watched", "watch " + real + " in its place"};
        return {Level::ok, subject, "exists", ""};
    }
    if (errno == ENOENT || errno == ENOTDIR)
        return {Level::ok, subject, "does not exist yet: it is watched for, from " + nearest_existing(path), ""};
    return {Level::fail, subject, "cannot be looked at: " + cli::error_text(errno), "run as root, or grant CAP_DAC_READ_SEARCH"};
}

Diagnosis unmarkable(const std::string& subject, const Mount& mount, int refusal, const std::string& directory, FanotifyMarks wanted) {
    const std::string where = fmt::format("{} on {}", mount.type, mount.point);
    if (refusal == EPERM) return {Level::warn, subject, where + ": marks cannot be tried without CAP_SYS_ADMIN", "run `touchstone doctor` as root"};
    if (wanted == FanotifyMarks::filesystem)
        return {Level::fail, subject, fmt::format("{}: a file system mark is refused: {}", where, cli::error_text(refusal)), "set [sources] fanotify = \"automatic\""};
    const int fallback = cli::try_directory_mark(directory);
    if (fallback == 0)
        return {Level::warn, subject,
                fmt::format("{}: a file system mark is refused ({}), so each directory is marked: changes through hard links outside the tree are not told", where, cli::error_text(refusal)),
                mount.type == "btrfs" ? "mount the top of the btrfs file system somewhere, and it can be marked whole" : "run `touchstone check` regularly"};
    return {Level::fail, subject, fmt::format("{}: no mark is possible: {}", where, cli::error_text(fallback)), "only `touchstone check` finds changes here"};
}

// Without a subject: many watches have the same.
Diagnosis coverage(const std::string& start, const std::vector<Mount>& mounts, const Config& config, bool probes) {
    const std::string subject;
    const std::string existing = nearest_existing(start);
    const Mount* mount = mount_of(mounts, existing);
    if (!mount) return {Level::fail, subject, "lies on no mount that can be seen", "look at /proc/self/mountinfo"};
    const std::string where = fmt::format("{} on {}", mount->type, mount->point);
    if (!is_watchable_type(mount->type, config.sources.filesystems))
        return {Level::warn, subject, where + ": changes made by other hosts or by the file system itself are not told", "run `touchstone check` regularly"};
    if (config.sources.fanotify == FanotifyMarks::directory) {
        const int refusal = cli::try_directory_mark(existing);
        if (refusal == 0) return {Level::ok, subject, where + ": each directory is marked, as configured", ""};
        return unmarkable(subject, *mount, refusal, existing, config.sources.fanotify);
    }
    const int refusal = cli::try_filesystem_mark(existing);
    if (refusal != 0) return unmarkable(subject, *mount, refusal, existing, config.sources.fanotify);
    if (probes && config.sources.fanotify == FanotifyMarks::automatic && is_witnessed(mount->type))
        return {Level::ok, subject, where + ": marked whole until each watched directory is marked and known to the probes, soon after the start", ""};
    return {Level::ok, subject, where + ": marked whole; complete, and dear for everything else that writes there (a small write takes up to 3 times as long)", ""};
}

struct Coverage {
    Diagnosis diagnosis;
    std::vector<std::string> starts;
};

void add(std::vector<Coverage>& all, const std::string& start, Diagnosis diagnosis) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const Coverage& each) {
        return each.diagnosis.level == diagnosis.level && each.diagnosis.meaning == diagnosis.meaning && each.diagnosis.advice == diagnosis.advice;
    });
    if (same != all.end())
        same->starts.push_back(start);
    else
        all.push_back({std::move(diagnosis), {start}});
}

std::string enumerated(const std::vector<std::string>& paths) {
    constexpr std::size_t kNamed = 3;
    if (paths.size() <= kNamed) return fmt::format("{}", fmt::join(paths, ", "));
    return fmt::format("{} and {} more", fmt::join(paths.begin(), paths.begin() + kNamed, ", "), paths.size() - kNamed);
}

}  // namespace

std::vector<Diagnosis> examine_watches(const Config& config, const Policy& policy, bool probes) {
    std::vector<Diagnosis> out;
    for (const auto& rule : config.watches) {
        const std::string subject = "watch " + rule.path;
        if (has_glob(rule.path))
            out.push_back({Level::ok, subject, "is a pattern: names that match are watched as they come", ""});
        else
            out.push_back(existence(rule.path, subject, policy));
    }
    const auto mounts = read_mounts();
    if (!mounts) {
        out.push_back({Level::fail, "mounts", mounts.error().what, "mount /proc"});
        return out;
    }
    std::vector<Coverage> all;
    for (const auto& start : policy.starts()) add(all, start, coverage(start, *mounts, config, probes));
    for (auto& each : all) {
        each.diagnosis.subject = "marks for " + enumerated(each.starts);
        out.push_back(std::move(each.diagnosis));
    }
    return out;
}

}  // namespace touchstone
