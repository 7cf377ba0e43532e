// What was refused, kept until whoever watches has told it.
#include <fmt/format.h>

#include "dpkg/evidence.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

std::string text_of(const RefusedPackage& refused) {
    if (refused.package.empty()) return refused.reason;
    const auto archive = refused.archive.empty() ? std::string() : fmt::format(" ({})", refused.archive);
    return fmt::format("{} {}{}: {}", refused.package, refused.version, archive, refused.reason);
}

namespace dpkg {
namespace {

Result<bool> is_reported(store::Database& database, const RefusedPackage& refused) {
    auto query = database.query("SELECT 1 FROM report WHERE package=?1 AND architecture=?2 AND version=?3 AND archive=?4 AND reason=?5");
    if (!query) return fail(query.error());
    query->bind_blob(1, refused.package).bind_blob(2, refused.architecture).bind_blob(3, refused.version);
    return query->bind_blob(4, refused.archive).bind_blob(5, refused.reason).step();
}

// Ids are of the clock, so that those of a database that was begun anew come after those of the one that was lost.
Status insert_report(store::Database& database, const RefusedPackage& refused, WallTime at) {
    auto query = database.query(
        "INSERT INTO report(id,number,package,architecture,version,archive,reason) SELECT max(coalesce(max(id),0)+1,?1),coalesce(max(number),0)+1,"
        "?2,?3,?4,?5,?6 FROM report");
    if (!query) return fail(query.error());
    query->bind(1, at.time_since_epoch().count()).bind_blob(2, refused.package).bind_blob(3, refused.architecture).bind_blob(4, refused.version);
    return query->bind_blob(5, refused.archive).bind_blob(6, refused.reason).run();
}

}  // namespace

Status EvidenceWriter::add_reports(const std::vector<RefusedPackage>& refused, WallTime at, bool repeated) {
    if (refused.empty()) return {};
    return in_transaction([&]() -> Status {
        for (const auto& each : refused) {
            const auto known = repeated ? Result<bool>(false) : is_reported(database_, each);
            if (!known) return fail(known.error());
            if (*known) continue;
            if (auto done = insert_report(database_, each, at); !done) return done;
        }
        auto forget = database_.query("DELETE FROM report WHERE number<=(SELECT max(number) FROM report)-?1");
        if (!forget) return fail(forget.error());
        return forget->bind(1, kReportsKept).run();
    });
}

Result<std::vector<Refusal>> EvidenceReader::reports_after(std::int64_t id) {
    auto query = database_.query("SELECT id,number,package,architecture,version,archive,reason FROM report WHERE id>?1 ORDER BY id LIMIT 100");
    if (!query) return fail(query.error());
    query->bind(1, id);
    std::vector<Refusal> reports;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return reports;
        if (!query->is_integer(0) || !query->is_integer(1)) return fail(database_.corrupt("a report's row is none"));
        const auto text = [&](int column) { return std::string(query->blob(column)); };
        const RefusedPackage refused{text(2), text(3), text(4), text(5), text(6)};
        Refusal report{query->integer(0), query->integer(1), text_of(refused), {{"refused", refused.reason}}};
        if (!refused.package.empty())
            report.details.insert({{"package", refused.package}, {"architecture", refused.architecture}, {"version", refused.version}, {"archive", refused.archive}});
        reports.push_back(std::move(report));
    }
}

}  // namespace dpkg
}  // namespace touchstone
