#include "dpkg/owners.hpp"

#include <algorithm>
#include <functional>

#include "dpkg/installed_files.hpp"
#include "shared_by.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::string_view kListEnd = ".list";
constexpr std::size_t kMaxOwnedList = 64 << 20;

}  // namespace

std::shared_ptr<Owners> Owners::shared(const std::string& root) { return shared_by<Owners>(root); }

Owners::List Owners::read(const std::string& file, const Stamp& stamp, InRoot& in_root) const {
    List list{stamp, {}};
    const auto text = read_file(file, kMaxOwnedList);
    if (!text) return list;
    for (std::size_t at = 0; at < text->size();) {
        const auto end = std::min(text->find('\n', at), text->size());
        const auto path = text->substr(at, end - at);
        at = end + 1;
        if (!path.starts_with('/')) continue;
        list.hashes.push_back(std::hash<std::string>{}(in_root.resolved(path).value_or(path)));
    }
    std::sort(list.hashes.begin(), list.hashes.end());
    return list;
}

Status Owners::refresh() {
    const auto directory = join_path(root_, "var/lib/dpkg/info");
    const auto stamp = stamp_of(directory);
    if (stamp && stamp == directory_) return {};
    const auto names = names_in(directory);
    if (!names) return fail(names.error());
    std::map<std::string, List> lists;
    InRoot in_root(root_);
    for (const auto& name : *names) {
        const auto file = join_path(directory, name);
        const auto now = name.ends_with(kListEnd) ? stamp_of(file) : std::nullopt;
        if (!now) continue;
        const auto known = lists_.find(name);
        if (known != lists_.end() && known->second.stamp == *now)
            lists.emplace(name, std::move(known->second));
        else
            lists.emplace(name, read(file, *now, in_root));
    }
    lists_ = std::move(lists);
    directory_ = stamp;
    return {};
}

Result<std::vector<PackageKey>> Owners::of(const std::string& path, const PackageStatuses& installed) {
    const std::lock_guard lock(mutex_);
    if (auto done = refresh(); !done) return fail(done.error());
    const auto hash = std::hash<std::string>{}(path);
    std::vector<PackageKey> owners;
    for (const auto& [package, status] : installed) {
        const auto base = info_base(package, status);
        const auto list = lists_.find(std::string(split_path(base).name) + std::string(kListEnd));
        if (list != lists_.end() && std::binary_search(list->second.hashes.begin(), list->second.hashes.end(), hash)) owners.push_back(package);
    }
    return owners;
}

}  // namespace touchstone::dpkg
