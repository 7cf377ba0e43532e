// All that the provider reads to answer one question, fresh for each: dpkg's database, and dpkg.db with what its archives say.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dpkg/evidence.hpp"
#include "dpkg/overrides.hpp"
#include "dpkg/owners.hpp"
#include "dpkg/status.hpp"
#include "touchstone/providers.hpp"

namespace touchstone::dpkg {

// Whether what a version has counts now.
enum class Standing {
    current,     // this version is installed: this is what should be there
    in_transit,  // it is being unpacked: this may be there already
    outgoing,    // it was, and its successor or its removal has come: this may go
};

// A file of a package, and whether it counts.
struct Stood {
    KnownFile known;
    Standing standing = Standing::outgoing;
    std::string transaction;  // "" when none is known
};

class Ground {
public:
    Ground(ProviderSettings::Dpkg settings, std::string state_directory);

    // Reads what has changed since the last call. Error: a source is damaged, or cannot be read.
    Status refresh();

    const ProviderSettings::Dpkg& settings() const { return settings_; }
    const std::string& state_directory() const { return state_directory_; }
    const PackageStatuses& installed() const { return installed_->packages; }
    const Stamp& status_stamp() const { return installed_->status; }
    const Overrides& overrides() const { return overrides_; }
    Owners& owners() { return *owners_; }
    EvidenceReader* evidence() { return reader_ ? &*reader_ : nullptr; }  // null: nothing is remembered yet
    std::uint64_t version();

    Result<Standing> standing_of(const KnownFile& known, std::string& transaction);
    // The files of packages that come to lie at `path`, diversions minded.
    Result<std::vector<KnownFile>> files_at(const std::string& path);
    static bool is_open(const Run& run);
    // As came_since(), of a path within the root.
    Result<bool> evaded_the_hook(const std::string& path);

private:
    Status reopen();
    Result<bool> lands_at(const KnownFile& known, const std::string& path);

    ProviderSettings::Dpkg settings_;
    std::string state_directory_;
    std::shared_ptr<StatusDatabase> status_;
    Overrides overrides_;
    std::shared_ptr<Owners> owners_;
    StatusRef installed_;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> opened_;  // device and inode of the database
    std::unique_ptr<store::Database> database_;
    std::optional<EvidenceReader> reader_;
};

std::string transaction_id(const Run& run);
Result<std::optional<Transaction>> transaction_of(EvidenceReader& evidence, const std::string& id);

}  // namespace touchstone::dpkg
