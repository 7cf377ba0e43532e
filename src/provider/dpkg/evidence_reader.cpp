#include <fmt/format.h>

#include "dpkg/evidence.hpp"
#include "dpkg/files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr const char* kFilesAt =
    "SELECT a.package,a.architecture,a.version,a.origin,a.signers,a.algorithm,a.sha256,f.path,f.shipped,f.role,f.type,f.mode,f.uid,f.gid,f.size,"
    "f.links,f.sha256,f.digest,f.link_target FROM file f JOIN archive a ON a.id=f.archive WHERE f.path=?1";
constexpr const char* kRuns = "SELECT id,begun,ended,command,pid,started FROM run WHERE ended IS NULL OR ended>=?1 ORDER BY id DESC LIMIT 16";
constexpr const char* kLastRunOf =
    "SELECT r.id,r.begun,r.ended,r.command,r.pid,r.started,c.old,c.new,c.refusal FROM change c JOIN run r ON r.id=c.run WHERE c.package=?1 AND "
    "c.architecture=?2 ORDER BY c.run DESC LIMIT 1";

bool fits_32(std::int64_t number) { return number >= 0 && number <= 0xffffffffLL; }

bool is_type(std::int64_t letter) {
    constexpr std::string_view kTypes = "fdlpsbc";
    return letter > 0 && letter < 128 && kTypes.find(static_cast<char>(letter)) != std::string_view::npos;
}

bool is_row(const store::Query& query) {
    for (const int column : {0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18})
        if (!query.is_blob(column)) return false;
    for (int column = 9; column <= 15; ++column)
        if (!query.is_integer(column) || query.integer(column) < 0) return false;
    return query.integer(9) <= 2 && is_type(query.integer(10)) && query.integer(11) <= 07777 && fits_32(query.integer(12)) && fits_32(query.integer(13));
}

KnownFile known_file(const store::Query& query) {
    KnownFile known;
    known.package = {std::string(query.blob(0)), std::string(query.blob(1))};
    known.version = query.blob(2);
    known.origin = query.blob(3);
    known.signers = query.blob(4);
    known.algorithm = query.blob(5);
    known.weak = query.blob(6).empty();
    known.file.path = query.blob(7);
    known.shipped = query.blob(8);
    known.role = static_cast<Role>(query.integer(9));
    known.file.type = static_cast<FileType>(query.integer(10));
    known.file.mode = static_cast<std::uint32_t>(query.integer(11));
    known.file.uid = static_cast<std::uint32_t>(query.integer(12));
    known.file.gid = static_cast<std::uint32_t>(query.integer(13));
    known.file.size = static_cast<std::uint64_t>(query.integer(14));
    known.file.links = static_cast<std::uint64_t>(query.integer(15));
    known.file.sha256 = query.blob(16);
    known.file.digest = query.blob(17);
    known.file.link_target = query.blob(18);
    known.file.conffile = known.role == Role::conffile;
    return known;
}

Run run_in(const store::Query& query) {
    Run run;
    run.id = query.integer(0);
    run.begun = WallTime(Nanoseconds(query.integer(1)));
    if (!query.is_null(2)) run.ended = WallTime(Nanoseconds(query.integer(2)));
    run.command = query.blob(3);
    run.pid = static_cast<std::int32_t>(query.integer(4));
    run.started = static_cast<std::uint64_t>(query.integer(5));
    return run;
}

Result<std::vector<PackageChange>> changes_in(store::Query& query) {
    std::vector<PackageChange> changes;
    for (;;) {
        const auto row = query.step();
        if (!row) return fail(row.error());
        if (!*row) return changes;
        const auto text = [&](int column) { return std::string(query.blob(column)); };
        changes.push_back({text(0), text(1), text(2), text(3), text(4)});
    }
}

}  // namespace

bool came_since(const std::optional<WallTime>& first_run, const std::string& file) {
    const auto stamp = stamp_of(file);
    return first_run && stamp && stamp->changed >= first_run->time_since_epoch().count();
}

Result<std::vector<KnownFile>> EvidenceReader::files_at(const std::string& path) {
    auto query = database_.query(kFilesAt);
    if (!query) return fail(query.error());
    query->bind_blob(1, path);
    std::vector<KnownFile> found;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return found;
        if (!is_row(*query)) return fail(database_.corrupt("a file's row is none"));
        found.push_back(known_file(*query));
    }
}

Result<std::optional<KnownFile>> EvidenceReader::file_of(const PackageKey& package, const std::string& version, const std::string& path) {
    auto all = files_at(path);
    if (!all) return fail(all.error());
    for (auto& known : *all)
        if (known.package == package && known.version == version) return std::optional(std::move(known));
    return std::optional<KnownFile>();
}

Result<bool> EvidenceReader::has_archive(const PackageKey& package, const std::string& version) {
    auto query = database_.query("SELECT 1 FROM archive WHERE package=?1 AND architecture=?2 AND version=?3 AND length(sha256)>0");
    if (!query) return fail(query.error());
    return query->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, version).step();
}

Result<std::optional<Listed>> EvidenceReader::listed(const PackageKey& package, const std::string& version) {
    auto query = database_.query("SELECT origin,signers FROM listed WHERE package=?1 AND architecture=?2 AND version=?3");
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, version).step();
    if (!row) return fail(row.error());
    if (!*row) return std::optional<Listed>();
    return std::optional(Listed{package.package, version, package.architecture, "", std::string(query->blob(0)), std::string(query->blob(1))});
}

Result<std::string> EvidenceReader::refusal(const PackageKey& package, const std::string& version) {
    auto query = database_.query("SELECT reason FROM refusal WHERE package=?1 AND architecture=?2 AND version=?3");
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, version).step();
    if (!row) return fail(row.error());
    return std::string(*row ? query->blob(0) : std::string_view());
}

Result<std::optional<Run>> EvidenceReader::run(std::int64_t id) {
    auto query = database_.query("SELECT id,begun,ended,command,pid,started FROM run WHERE id=?1");
    if (!query) return fail(query.error());
    const auto row = query->bind(1, id).step();
    if (!row) return fail(row.error());
    return *row ? std::optional(run_in(*query)) : std::nullopt;
}

Result<std::optional<WallTime>> EvidenceReader::first_run() {
    auto query = database_.query("SELECT begun FROM run ORDER BY id LIMIT 1");
    if (!query) return fail(query.error());
    const auto row = query->step();
    if (!row) return fail(row.error());
    return *row ? std::optional(WallTime(Nanoseconds(query->integer(0)))) : std::nullopt;
}

Result<std::vector<Run>> EvidenceReader::runs_at(WallTime time) {
    auto query = database_.query(kRuns);
    if (!query) return fail(query.error());
    query->bind(1, time.time_since_epoch().count());
    std::vector<Run> runs;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return runs;
        runs.push_back(run_in(*query));
    }
}

Result<std::optional<Run>> EvidenceReader::last_run_of(const PackageKey& package, PackageChange& change) {
    auto query = database_.query(kLastRunOf);
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, package.package).bind_blob(2, package.architecture).step();
    if (!row) return fail(row.error());
    if (!*row) return std::optional<Run>();
    change = {package.package, package.architecture, std::string(query->blob(6)), std::string(query->blob(7)), std::string(query->blob(8))};
    return std::optional(run_in(*query));
}

Result<std::vector<PackageChange>> EvidenceReader::changes_of(std::int64_t run) {
    auto query = database_.query("SELECT package,architecture,old,new,refusal FROM change WHERE run=?1 ORDER BY package,architecture");
    if (!query) return fail(query.error());
    query->bind(1, run);
    return changes_in(*query);
}

Result<std::vector<PackageChange>> EvidenceReader::changes_refused_as(const std::string& why) {
    auto query = database_.query(
        "SELECT c.package,c.architecture,c.old,c.new,c.refusal FROM change c JOIN run r ON r.id=c.run WHERE r.ended IS NULL AND c.refusal=?1 "
        "ORDER BY c.package,c.architecture");
    if (!query) return fail(query.error());
    query->bind_blob(1, why);
    return changes_in(*query);
}

}  // namespace touchstone::dpkg
