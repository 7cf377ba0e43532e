#include "dpkg/installed_files.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxList = 64 << 20;

std::string info_path(const std::string& root, const PackageKey& package, const PackageStatus& status, const char* end) {
    return join_path(root, info_base(package, status).substr(1)) + end;
}

}  // namespace

std::string info_base(const PackageKey& package, const PackageStatus& status) {
    return "/var/lib/dpkg/info/" + package.package + (status.same_for_each_architecture ? ":" + package.architecture : "");
}

Result<std::map<std::string, std::string>> parse_md5sums(std::string_view text) {
    std::map<std::string, std::string> sums;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty()) continue;
        if (line.size() < 35 || line[32] != ' ' || (line[33] != ' ' && line[33] != '*') || !from_hex(line.substr(0, 32)))
            return fail(Error{"a line of an MD5 list is none", ErrorKind::bad_input, 0});
        auto path = std::string(line.substr(34));
        if (path.starts_with("./")) path.erase(0, 2);
        sums.insert_or_assign(path.starts_with('/') ? path : "/" + path, std::string(line.substr(0, 32)));
    }
    return sums;
}

std::map<std::string, std::string> md5sums_of(const std::string& root, const PackageKey& package, const PackageStatus& status) {
    const auto text = read_file(info_path(root, package, status, ".md5sums"), kMaxList);
    auto sums = text ? parse_md5sums(*text) : Result<std::map<std::string, std::string>>(std::map<std::string, std::string>());
    auto all = sums ? std::move(*sums) : std::map<std::string, std::string>();
    for (const auto& [path, md5] : status.conffiles) all.insert_or_assign(path, md5);
    return all;
}

std::vector<std::string> paths_of(const std::string& root, const PackageKey& package, const PackageStatus& status) {
    std::vector<std::string> paths;
    const auto text = read_file(info_path(root, package, status, ".list"), kMaxList);
    if (!text) return paths;
    for (std::size_t at = 0; at < text->size();) {
        const auto end = std::min(text->find('\n', at), text->size());
        if (text->compare(at, 1, "/") == 0 && end - at > 1) paths.push_back(text->substr(at, end - at));
        at = end + 1;
    }
    return paths;
}

}  // namespace touchstone::dpkg
