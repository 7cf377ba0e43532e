#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "touchstone/bytes.hpp"
#include "touchstone/log_files.hpp"
#include "touchstone/rotation_names.hpp"

namespace touchstone::reader {

std::vector<LogFilePlace> rotations_of(const std::string& log) {
    const auto [directory, name] = split_path(log);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.empty() ? "." : std::string(directory).c_str()), ::closedir);
    if (!listing) return {};
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get())) names.emplace_back(entry->d_name);
    auto newest_first = later_names(std::string(name), names);
    std::vector<LogFilePlace> places;
    for (auto each = newest_first.rbegin(); each != newest_first.rend(); ++each) {
        struct stat info {};
        if (::fstatat(::dirfd(listing.get()), each->c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) continue;
        const auto written = WallTime(std::chrono::seconds(info.st_mtim.tv_sec) + Nanoseconds(info.st_mtim.tv_nsec));
        places.push_back({join_path(directory, *each), written, info.st_ino});
    }
    // Names tell the order within one way of numbering; where that was changed, times do. Compressors keep them.
    std::stable_sort(places.begin(), places.end(), [](const LogFilePlace& one, const LogFilePlace& other) { return one.written < other.written; });
    return places;
}

}  // namespace touchstone::reader
