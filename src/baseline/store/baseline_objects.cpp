#include "store/baseline_objects.hpp"

#include <utility>

#include "touchstone/bytes.hpp"

namespace touchstone::store {
namespace {

constexpr std::size_t kIdsKept = 4096;

// nullopt: there is no such directory.
Result<std::optional<std::int64_t>> id_of(Database& database, std::string_view path) {
    auto query = database.query("SELECT id FROM directory WHERE path=?1");
    if (!query) return fail(query.error());
    query->bind_blob(1, path);
    const auto row = query->step();
    if (!row) return fail(row.error());
    return *row ? std::optional(query->integer(0)) : std::nullopt;
}

}  // namespace

Result<std::optional<std::int64_t>> BaselineObjects::find_directory(std::string_view path) {
    if (const auto known = ids_.find(path); known != ids_.end()) return known->second;
    auto id = id_of(*database_, path);
    if (id && *id) remember(path, **id);
    return id;
}

void BaselineObjects::remember(std::string_view path, std::int64_t id) {
    if (ids_.size() == kIdsKept) ids_.clear();
    ids_.emplace(path, id);
}

Result<std::int64_t> BaselineObjects::directory(std::string_view path) {
    const auto found = find_directory(path);
    if (!found) return fail(found.error());
    if (*found) return **found;
    auto insert = database_->query("INSERT INTO directory(id,path) VALUES(?1,?2)");
    if (!insert) return fail(insert.error());
    if (auto done = insert->bind(1, last_id_ + 1).bind_blob(2, path).run(); !done) return fail(done.error());
    remember(path, ++last_id_);
    return last_id_;
}

Status BaselineObjects::put(const Observation& observation) {
    const auto split = split_path(observation.path);
    if (auto good = check_row(observation, split); !good) return good;
    const auto id = directory(split.directory);
    if (!id) return fail(id.error());
    const auto run = [&](const char* sql) -> Status {
        auto query = database_->query(sql);
        if (!query) return fail(query.error());
        bind_row(*query, observation, split.name, packed_);
        return query->bind(kRowColumns + 1, *id).run();
    };
    if (auto done = run("INSERT OR IGNORE INTO object(" TS_ROW_COLUMNS ",dir) VALUES(?1,?2,?3,?4,?5,?6)"); !done) return done;
    if (database_->changes() == 0) return run("REPLACE INTO object(" TS_ROW_COLUMNS ",dir) VALUES(?1,?2,?3,?4,?5,?6)");
    ++count_;
    return {};
}

Status BaselineObjects::erase(const std::string& path) {
    const auto split = split_path(path);
    const auto id = find_directory(split.directory);
    if (!id || !*id) return id ? Status{} : Status(fail(id.error()));
    auto query = database_->query("DELETE FROM object WHERE dir=?1 AND name=?2");
    if (!query) return fail(query.error());
    if (auto done = query->bind(1, **id).bind_blob(2, split.name).run(); !done) return done;
    if (database_->changes() == 0) return {};
    --count_;
    erased_ = true;
    return {};
}

Status BaselineObjects::drop_empty_directories() {
    if (!std::exchange(erased_, false)) return {};
    ids_.clear();
    return database_->execute("DELETE FROM directory WHERE NOT EXISTS(SELECT 1 FROM object WHERE dir=directory.id)");
}

Error RowCursor::damaged() const { return database_->corrupt("table directory or table object is damaged"); }

Result<bool> RowCursor::next() {
    for (bool entered = false;; entered = true) {
        if (within_) {
            const auto row = rows_->step();
            if (!row) return fail(row.error());
            if (*row) {
                if (!rows_->is_blob(0) || !order_.advance(directory_, rows_->blob(0))) return fail(damaged());
                return true;
            }
            if (entered) return fail(damaged());  // and has no row
        }
        const auto more = next_directory();
        if (!more || !*more) return more;
    }
}

Result<bool> RowCursor::next_directory() {
    if (!directories_) {
        auto query = database_->query("SELECT path,id FROM directory WHERE path>=?1 AND path<?2 ORDER BY path");
        if (!query) return fail(query.error());
        directories_.emplace(std::move(*query));
        directories_->bind_blob(1, from_).bind_blob(2, to_);
    }
    if (!rows_) {
        auto query = database_->query("SELECT " TS_ROW_COLUMNS " FROM object WHERE dir=?1 ORDER BY name");
        if (!query) return fail(query.error());
        rows_.emplace(std::move(*query));
    }
    within_ = false;
    const auto row = directories_->step();
    if (!row || !*row) return row;
    if (!directories_->is_blob(0)) return fail(damaged());
    directory_.assign(directories_->blob(0));
    id_ = directories_->integer(1);
    rows_->rewind();
    rows_->bind(1, id_);
    within_ = true;
    return true;
}

Result<std::optional<Observation>> RowScan::find(const std::string& path) {
    const auto split = split_path(path);
    if (!query_ || split.directory != directory_)
        if (auto entered = enter(split.directory); !entered) return fail(entered.error());
    if (!id_) return std::nullopt;
    const bool onwards = !asked_.empty() && split.name >= asked_;
    const auto found = onwards ? advance(split.name) : seek(split.name);
    if (!found) {
        query_.reset();
        return fail(found.error());
    }
    if (!*found || query_->blob(0) != split.name) return std::nullopt;
    std::optional<Observation> row(std::in_place);
    if (!read_row(*query_, directory_, *row) || row->path != path) return fail(database_->corrupt(kDamagedRow));
    return row;
}

Status RowScan::enter(std::string_view directory) {
    const auto id = id_of(*database_, directory);
    if (!id) return fail(id.error());
    id_ = *id;
    directory_.assign(directory);
    asked_.clear();
    if (query_) return {};
    auto query = database_->query("SELECT " TS_ROW_COLUMNS " FROM object WHERE dir=?1 AND name>=?2 ORDER BY name");
    if (!query) return fail(query.error());
    query_.emplace(std::move(*query));
    return {};
}

// A few rows at most: who leaves out more has skipped a part of the directory.
Result<bool> RowScan::advance(std::string_view name) {
    constexpr int kSteps = 4;
    for (int steps = 0; on_row_ && query_->blob(0) < name; ++steps) {
        if (steps == kSteps) return seek(name);
        auto row = query_->step();
        if (!row) return row;
        on_row_ = *row;
    }
    asked_.assign(name);
    return on_row_;
}

Result<bool> RowScan::seek(std::string_view name) {
    query_->rewind();
    from_.assign(name);
    asked_ = from_;
    query_->bind(1, *id_).bind_blob(2, from_);
    auto row = query_->step();
    if (row) on_row_ = *row;
    return row;
}

}  // namespace touchstone::store
