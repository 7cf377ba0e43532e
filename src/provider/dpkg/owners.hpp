// Which installed package says that a path is its own: dpkg's lists, indexed by what of them is needed to find that out.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dpkg/files.hpp"
#include "dpkg/in_root.hpp"
#include "dpkg/status.hpp"

namespace touchstone::dpkg {

// Thread-safe. Its index takes a second on a host of a thousand packages, so all threads have the same one.
class Owners {
public:
    static std::shared_ptr<Owners> shared(const std::string& root);
    explicit Owners(std::string root) : root_(std::move(root)) {}

    // Of `path` as it lies on the disk. Reads the lists that are new since the last call. bad_input, system: they cannot be read.
    Result<std::vector<PackageKey>> of(const std::string& path, const PackageStatuses& installed);

private:
    struct List {
        Stamp stamp;
        std::vector<std::size_t> hashes;  // of its paths, sorted
    };
    Status refresh();
    List read(const std::string& file, const Stamp& stamp, InRoot& in_root) const;

    const std::string root_;
    std::mutex mutex_;  // what follows
    std::optional<Stamp> directory_;
    std::map<std::string, List> lists_;  // by file name
};

}  // namespace touchstone::dpkg
