// What is kept of versions that are installed no more: of the last one of each package the files that have to go, so that their going can be told
// from somebody else's deleting them.
#include <map>

#include "dpkg/evidence.hpp"

namespace touchstone::dpkg {
namespace {

struct ArchiveRow {
    std::int64_t id = 0;
    PackageKey package;
    std::string version;
};

// Of each package the version first that its last run replaced or removed: what was remembered last may be an older one, looked at before it went.
constexpr const char* kArchives =
    "SELECT id,package,architecture,version FROM archive a ORDER BY version=(SELECT old FROM change c WHERE c.package=a.package AND "
    "c.architecture=a.architecture ORDER BY run DESC LIMIT 1) DESC, id DESC";

Result<std::vector<ArchiveRow>> archives_last_installed_first(store::Database& database) {
    auto query = database.query(kArchives);
    if (!query) return fail(query.error());
    std::vector<ArchiveRow> rows;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return rows;
        rows.push_back({query->integer(0), {std::string(query->blob(1)), std::string(query->blob(2))}, std::string(query->blob(3))});
    }
}

Status drop_archive(store::Database& database, std::int64_t id) {
    auto files = database.query("DELETE FROM file WHERE archive=?1");
    if (!files) return fail(files.error());
    if (auto done = files->bind(1, id).run(); !done) return done;
    auto archive = database.query("DELETE FROM archive WHERE id=?1");
    if (!archive) return fail(archive.error());
    return archive->bind(1, id).run();
}

Status drop_files_in_both(store::Database& database, std::int64_t old, std::int64_t installed) {
    auto query = database.query("DELETE FROM file WHERE archive=?1 AND path IN (SELECT path FROM file WHERE archive=?2)");
    if (!query) return fail(query.error());
    return query->bind(1, old).bind(2, installed).run();
}

Status forget_uninstalled(store::Database& database, const PackageStatuses& installed, const char* select, const char* remove) {
    std::vector<std::pair<PackageKey, std::string>> gone;
    {
        auto query = database.query(select);
        if (!query) return fail(query.error());
        for (;;) {
            const auto row = query->step();
            if (!row) return fail(row.error());
            if (!*row) break;
            const PackageKey package{std::string(query->blob(0)), std::string(query->blob(1))};
            const auto found = installed.find(package);
            if (found == installed.end() || found->second.version != query->blob(2)) gone.emplace_back(package, query->blob(2));
        }
    }
    for (const auto& [package, version] : gone) {
        auto query = database.query(remove);
        if (!query) return fail(query.error());
        if (auto done = query->bind_blob(1, package.package).bind_blob(2, package.architecture).bind_blob(3, version).run(); !done) return done;
    }
    return {};
}

}  // namespace

Status EvidenceWriter::drop_superseded(const PackageStatuses& installed) {
    return in_transaction([&]() -> Status {
        const auto rows = archives_last_installed_first(database_);
        if (!rows) return fail(rows.error());
        std::map<PackageKey, std::int64_t> present;  // archive of the installed version
        for (const auto& row : *rows)
            if (const auto found = installed.find(row.package); found != installed.end() && found->second.version == row.version)
                present.emplace(row.package, row.id);
        std::map<PackageKey, std::int64_t> kept;
        for (const auto& row : *rows) {
            const auto current = present.find(row.package);
            if (current != present.end() && current->second == row.id) continue;
            auto done = !kept.emplace(row.package, row.id).second ? drop_archive(database_, row.id)
                        : current != present.end() ? drop_files_in_both(database_, row.id, current->second) : Status{};
            if (!done) return done;
        }
        if (auto done = forget_uninstalled(database_, installed, "SELECT package,architecture,version FROM listed",
                                           "DELETE FROM listed WHERE package=?1 AND architecture=?2 AND version=?3"); !done)
            return done;
        return forget_uninstalled(database_, installed, "SELECT package,architecture,version FROM refusal",
                                  "DELETE FROM refusal WHERE package=?1 AND architecture=?2 AND version=?3");
    });
}

}  // namespace touchstone::dpkg
