// Verifies archives, and writes what they say into dpkg.db. The steps of package_evidence.hpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dpkg/accounts.hpp"
#include "dpkg/archive.hpp"
#include "dpkg/evidence.hpp"
#include "dpkg/hook_input.hpp"
#include "touchstone/package_evidence.hpp"

namespace touchstone::dpkg {

// An archive that is to be verified.
struct Candidate {
    PackageKey package;
    std::string version;
    std::string path;
    std::string refusal;  // why it is not believed; "" while, or when, it is
    Fd file;
    std::string sha256;
};

class Collector {
public:
    Collector(const PackageEvidence& evidence, store::Database& database);

    // Each ends as verified and written, or with its refusal.
    Status verify(std::vector<Candidate>& candidates);
    // Files that an old version, of which no archive was seen, has and the new one has not: as far as dpkg's MD5 list vouches for what is there now.
    Status remember_outgoing(const PackageKey& package, const std::string& version, const PackageStatus& status,
                             const std::optional<std::pair<PackageKey, std::string>>& successor);

    // The scripts of a version that is about to go or to be replaced: dpkg runs some of them, and removes them before anybody can ask what they were.
    Status remember_scripts(std::int64_t run, const PackageKey& package, const PackageStatus& status);

    EvidenceReader& known() { return reader_; }
    EvidenceWriter& writer() { return writer_; }
    const PackageStatuses& installed() const { return status_->packages; }
    bool out_of_time() const { return evidence_.out_of_time && evidence_.out_of_time(); }
    void refuse(std::string why);  // of what is no archive
    PackageReport report;

private:
    void hash(Candidate& candidate);
    Status search(const std::vector<Candidate>& candidates);
    bool wants(const Listed& listed) const;
    Status read(Candidate& candidate);
    Result<PackageArchive> read_whole(const Candidate& candidate, const Listed& listed);

    const PackageEvidence& evidence_;
    EvidenceReader reader_;
    EvidenceWriter writer_;
    Accounts accounts_;
    InRoot in_root_;
    StatusRef status_ = std::make_shared<StatusSnapshot>();  // empty when it cannot be read
    std::set<std::string> wanted_digests_;
    std::set<std::pair<PackageKey, std::string>> wanted_versions_;  // installed, and no archive was seen
    std::map<std::string, Listed> by_digest_;
    std::vector<Listed> listed_;
    std::set<PackageKey> named_;  // packages that some signed list has, in whatever version
};

}  // namespace touchstone::dpkg
