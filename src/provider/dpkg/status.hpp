// dpkg's status database: which version of what is installed, and how far.
#pragma once

#include <map>
#include <memory>
#include <mutex>
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

// The database as it was at one moment. Never changed: any thread may keep it.
struct StatusSnapshot {
    Stamp status;
    std::map<std::string, Stamp> updates;
    PackageStatuses packages;
};
using StatusRef = std::shared_ptr<const StatusSnapshot>;

// ROOT/var/lib/dpkg/status with the files in updates/ that dpkg has not yet worked into it, read again only when they have changed. Thread-safe: it takes a
// megabyte for each thousand packages, and each thread that looks at files asks, so all have the same.
class StatusDatabase {
public:
    static std::shared_ptr<StatusDatabase> shared(const std::string& root);
    explicit StatusDatabase(std::string root) : directory_(std::move(root)) {}

    // bad_input: damaged; system: it cannot be read.
    Result<StatusRef> read();

private:
    Result<StatusRef> read_whole(const std::string& file, const std::optional<Stamp>& stamp) const;
    Result<StatusRef> with_updates(const std::string& directory) const;
    const std::string directory_;
    std::mutex mutex_;  // what follows
    StatusRef base_;    // without updates/; null: not read
    StatusRef current_;
};

}  // namespace touchstone::dpkg
