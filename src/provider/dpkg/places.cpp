#include "dpkg/places.hpp"

#include <algorithm>
#include <array>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::array<std::string_view, 10> kDpkgFiles{"status", "status-old", "status-new", "available", "available-old", "available-new",
                                                      "lock", "lock-frontend", "triggers", "updates"};
constexpr std::array<std::string_view, 4> kDpkgTrees{"/var/lib/dpkg/updates", "/var/lib/dpkg/triggers", "/var/lib/dpkg/tmp.ci", "/var/lib/dpkg/reassemble.deb"};
constexpr std::array<std::string_view, 4> kAptTrees{"/var/lib/apt", "/var/cache/apt", "/var/log/apt", "/run/apt"};
constexpr std::array<std::string_view, 4> kTemporaryEnds{".dpkg-new", ".dpkg-tmp", ".dpkg-old", ".dpkg-dist"};
constexpr std::string_view kRecordEnd = "-new";
constexpr std::array<std::string_view, 3> kAptPrograms{"/usr/bin/apt", "/usr/bin/apt-get", "/usr/bin/aptitude"};

// Files of the tree's directory itself come and go, too.
bool is_in(std::string_view path, std::string_view tree) { return is_within(path, tree); }

// "/var/lib/dpkg/info/x.list-new"
bool is_record_in_the_making(std::string_view path) { return split_path(path).directory == "/var/lib/dpkg/info" && path.ends_with(kRecordEnd); }

}  // namespace

bool is_dpkgs_own(std::string_view path) {
    if (std::any_of(kDpkgTrees.begin(), kDpkgTrees.end(), [&](auto tree) { return is_in(path, tree); })) return true;
    const auto [directory, name] = split_path(path);
    if (path == "/var/lib/dpkg" || path == "/var/log/dpkg.log" || path == "/var/lib/dpkg/info") return true;  // the directories as such
    if (directory == "/var/lib/dpkg") return std::find(kDpkgFiles.begin(), kDpkgFiles.end(), name) != kDpkgFiles.end();
    return directory == "/var/lib/dpkg/info" && (name.ends_with("-new") || name == "format");
}

bool is_apts_own(std::string_view path) {
    return std::any_of(kAptTrees.begin(), kAptTrees.end(), [&](auto tree) { return is_in(path, tree); });
}

std::string made_for(std::string_view path) {
    for (const auto end : kTemporaryEnds)
        if (path.ends_with(end)) return std::string(path.substr(0, path.size() - end.size()));
    return is_record_in_the_making(path) ? std::string(path.substr(0, path.size() - kRecordEnd.size())) : "";
}

bool is_passing(std::string_view path) { return path.ends_with(".dpkg-new") || path.ends_with(".dpkg-tmp") || is_record_in_the_making(path); }

bool is_dpkg(std::string_view executable) { return executable == "/usr/bin/dpkg"; }

bool is_apt(std::string_view executable) {
    return std::find(kAptPrograms.begin(), kAptPrograms.end(), executable) != kAptPrograms.end() || is_within(executable, "/usr/lib/apt");
}

}  // namespace touchstone::dpkg
