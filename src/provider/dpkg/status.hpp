// dpkg's status database: which version of what is installed, and how far.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dpkg/files.hpp"
#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct PackageStatus {
    std::string version;
    std::string state;  // "installed", "unpacked", "half-configured", "half-installed", "triggers-awaited", "triggers-pending", "config-files"
    bool same_for_each_architecture = false;
    std::map<std::string, std::string> conffiles;  // path to MD5 in hexadecimal

    bool unpacked() const;      // the files of `version` are all there
    bool configured() const { return state == "installed"; }
};

struct PackageKey {
    std::string package, architecture;
    auto operator<=>(const PackageKey&) const = default;
};
using PackageStatuses = std::map<PackageKey, PackageStatus>;

// Adds what one text says; a later entry of a package replaces an earlier one. bad_input: it is damaged.
Status parse_status(std::string_view text, PackageStatuses& packages);

// ROOT/var/lib/dpkg/status with the files in updates/ that dpkg has not yet worked into it, read again only when they have changed.
class StatusDatabase {
public:
    explicit StatusDatabase(std::string root) : directory_(std::move(root)) {}

    // bad_input: damaged; system: it cannot be read. The pointer is good until the next call.
    Result<const PackageStatuses*> read();
    // What the last read() saw.
    const std::optional<Stamp>& stamp() const { return status_stamp_; }

private:
    Status read_updates(const std::string& directory);
    std::string directory_;
    std::optional<Stamp> status_stamp_;
    std::map<std::string, Stamp> update_stamps_;
    PackageStatuses base_, packages_;
};

}  // namespace touchstone::dpkg
