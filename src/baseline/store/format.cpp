// Whether a database is one of ours, in a format that this version reads, and whole.
#include <fmt/format.h>

#include "store/database.hpp"

namespace touchstone::store {

// "unsupported file format" and the like come as SQLite's general error: the file is at fault, for our statements are literals.
Error Database::blame_file(Error error) {
    if (error.kind == ErrorKind::system && error.code == EINVAL) error = Error{std::move(error.what), ErrorKind::corrupt, 0};
    return error;
}

Status Database::check_format(const Format& format) {
    const auto id = number("PRAGMA application_id");
    if (!id) return fail(blame_file(id.error()));
    if (*id != format.application_id) return fail(corrupt("not a database of touchstone of this kind"));
    const auto version = number("PRAGMA user_version");
    if (!version) return fail(blame_file(version.error()));
    if (*version != format.version)
        return fail(corrupt(fmt::format("format {}, but this touchstone reads format {}", *version, format.version)));
    return check_schema(format.schema);
}

Status Database::check_schema(std::span<const SchemaEntry> schema) {
    auto entries = query("SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema ORDER BY rowid");
    if (!entries) return fail(blame_file(entries.error()));
    std::size_t known = 0;
    for (;;) {
        const auto row = entries->step();
        if (!row) return fail(blame_file(row.error()));
        if (!*row) break;
        if (known == schema.size() || entries->blob(0) != schema[known].name || entries->blob(1) != schema[known].sql)
            return fail(corrupt("its tables are not those of this format"));
        ++known;
    }
    if (known != schema.size()) return fail(corrupt("a table is missing"));
    return {};
}

Result<bool> Database::is_blank() {
    const auto id = number("PRAGMA application_id");
    if (!id) return fail(blame_file(id.error()));
    const auto tables = number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return fail(blame_file(tables.error()));
    return *id == 0 && *tables == 0;
}

Status Database::create_format(const Format& format) {
    for (const auto& entry : format.schema)
        if (auto done = execute(entry.sql); !done) return done;
    return execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", format.application_id, format.version).c_str());
}

Status Database::check_pages(bool quick) {
    const auto answer = text(quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)");
    if (!answer) return fail(blame_file(answer.error()));
    if (*answer != "ok") return fail(corrupt(*answer));
    return {};
}

}  // namespace touchstone::store
