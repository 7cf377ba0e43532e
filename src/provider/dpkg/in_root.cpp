#include "dpkg/in_root.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr int kMaxLinks = 40;

// "..", within a root, stops at it.
std::string below(std::string directory, std::string_view target) {
    if (target.starts_with('/')) directory = "/";
    while (!target.empty()) {
        const auto end = std::min(target.find('/'), target.size());
        const auto part = target.substr(0, end);
        target.remove_prefix(std::min(end + 1, target.size()));
        if (part == "..")
            directory = split_path(directory).directory.empty() ? "/" : std::string(split_path(directory).directory);
        else if (!part.empty() && part != ".")
            directory = join_path(directory, part);
    }
    return directory;
}

}  // namespace

std::string inside(const std::string& path, const std::string& root) {
    if (root == "/") return path;
    if (!is_within(path, root)) return {};
    return path.size() == root.size() ? "/" : path.substr(root.size());
}

std::string InRoot::outside(const std::string& path) const { return root_ == "/" ? path : path == "/" ? root_ : root_ + path; }

Result<std::string> InRoot::resolved(const std::string& path) {
    const auto [parent, name] = split_path(path);
    if (parent.empty()) return path;
    const auto real = directory(std::string(parent), 0);
    if (!real) return real;
    return join_path(*real, name);
}

Result<std::string> InRoot::directory(const std::string& path, int links) {
    if (path == "/") return path;
    if (const auto known = known_.find(path); known != known_.end()) return known->second;
    const auto [parent, name] = split_path(path);
    const auto above = directory(std::string(parent), links);
    if (!above) return above;
    auto real = join_path(*above, name);
    struct stat status{};
    if (::lstat(outside(real).c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
        std::array<char, PATH_MAX> target{};
        const auto length = ::readlink(outside(real).c_str(), target.data(), target.size());
        if (length <= 0) return fail(system_error(fmt::format("read the link {}", printable(real))));
        if (status.st_uid != 0 && status.st_uid != ::geteuid())
            return fail(Error{fmt::format("{} is a link that does not belong to root", printable(real)), ErrorKind::bad_input, 0});
        if (links == kMaxLinks) return fail(system_error(fmt::format("follow the link {}", printable(real)), ELOOP));
        const auto led = directory(below(*above, {target.data(), static_cast<std::size_t>(length)}), links + 1);
        if (!led) return led;
        real = *led;
    }
    known_.emplace(path, real);
    return real;
}

}  // namespace touchstone::dpkg
