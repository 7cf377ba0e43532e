// What is remembered of signed archives and of apt's runs: rows of dpkg.db, read and written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dpkg/archive.hpp"
#include "dpkg/format.hpp"
#include "dpkg/in_root.hpp"
#include "dpkg/lists.hpp"
#include "dpkg/status.hpp"
#include "touchstone/package_evidence.hpp"
#include "touchstone/provider.hpp"
#include "touchstone/time.hpp"

namespace touchstone::dpkg {

// One run of apt, from its hook before the first package is unpacked to the one after the last was configured.
struct Run {
    std::int64_t id = 0;
    WallTime begun{};
    std::optional<WallTime> ended;
    std::string command;
    std::int32_t pid = 0;        // of apt
    std::uint64_t started = 0;   // in clock ticks since boot (proc(5)): pid and this name one process
};

struct PackageChange {
    std::string package, architecture;
    std::string old_version, new_version;  // "" where there is none
    std::string refusal;                   // why nothing is believed of the new archive; "" when it was verified, or when there is none
};

enum class Role { file = 0, conffile = 1, control = 2 };

struct KnownFile {
    PackageKey package;
    std::string version;
    std::string origin, signers;
    bool weak = false;       // no archive was seen: dpkg's MD5 list vouched for it while it was on the disk
    std::string algorithm;   // of `digest`
    std::string shipped;     // path in the archive; `file.path` is where it lies
    Role role = Role::file;
    PackagedFile file;
};

// A maintainer script as it was when a run of apt began.
struct StandingScript {
    enum class Proof {
        verified = 0,    // as the archive of its version has it
        unverified = 1,  // no archive of its version was seen, but a signed list has that version
        altered = 2,     // not as the archive has it
    } proof = Proof::unverified;
    std::string path;
    PackageKey package;
    std::string version;
    std::string sha256;
    std::string signers;
};

// What dpkg wrote since there is a hook, that would have seen its archive if apt had brought it.
bool came_since(const std::optional<WallTime>& first_run, const std::string& file);

class EvidenceReader {
public:
    explicit EvidenceReader(store::Database& database) : database_(database) {}
    // All versions'.
    Result<std::vector<KnownFile>> files_at(const std::string& path);
    Result<std::optional<KnownFile>> file_of(const PackageKey& package, const std::string& version, const std::string& path);
    Result<bool> has_archive(const PackageKey& package, const std::string& version);
    Result<std::optional<Listed>> listed(const PackageKey& package, const std::string& version);
    Result<std::string> refusal(const PackageKey& package, const std::string& version);  // "" when it was not refused
    Result<std::optional<Run>> run(std::int64_t id);
    Result<std::optional<WallTime>> first_run();  // when the hook saw apt at work for the first time
    Result<std::vector<Run>> runs_at(WallTime time);                       // not ended before `time`, newest first, at most 16
    Result<std::optional<Run>> last_run_of(const PackageKey& package, PackageChange& change);
    Result<std::vector<PackageChange>> changes_of(std::int64_t run);
    Result<std::optional<StandingScript>> script_at(std::int64_t run, const std::string& path);
    Result<std::vector<PackageChange>> changes_refused_as(const std::string& why);  // of runs that are open
    Result<std::vector<Refusal>> reports_after(std::int64_t id);  // oldest first, at most 100

private:
    store::Database& database_;
};

class EvidenceWriter {
public:
    explicit EvidenceWriter(store::Database& database) : database_(database) {}

    Result<std::int64_t> begin_run(const Run& run, const std::vector<PackageChange>& changes);
    Status end_runs(WallTime at);  // all that are open
    Status refuse(std::int64_t run, const PackageKey& package, const std::string& why);
    // Replaces what was known of this version. Paths are resolved by `in_root`; the error of the first that may not be.
    Status add_archive(const PackageArchive& archive, const Listed& listed, DigestAlgorithm digest, InRoot& in_root, WallTime now);
    Status add_listed(const Listed& listed);
    Status add_refusal(const PackageKey& package, const std::string& version, const std::string& why);
    // Those of the last kScriptRuns runs are kept.
    Status add_scripts(std::int64_t run, const std::vector<StandingScript>& scripts);
    static constexpr std::int64_t kScriptRuns = 100;
    // For whoever watches. Of the oldest all but kReportsKept go; their numbers show that there were some. `repeated`: also what a kept one says already.
    Status add_reports(const std::vector<RefusedPackage>& refused, WallTime at, bool repeated);
    static constexpr std::int64_t kReportsKept = 1000;
    // Drops versions that are neither installed nor just replaced: of the latter the files stay that the new version has no more.
    Status drop_superseded(const PackageStatuses& installed);

private:
    Status in_transaction(const std::function<Status()>& work);
    Status insert_file(std::int64_t archive, const KnownFile& file);
    store::Database& database_;
};

}  // namespace touchstone::dpkg
