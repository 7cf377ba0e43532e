#include "object_table.hpp"

#include "store/directory_steps.hpp"
#include "store/stored.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr store::DirectorySteps kObjectSteps{"SELECT 1 FROM object WHERE dir=?1 LIMIT 1",
                                             "SELECT dir FROM object WHERE dir>?1 AND dir<?2 ORDER BY dir LIMIT 1"};

}  // namespace

Status GlanceCursor::open(const std::string& directory) {
    auto query = database_->query("SELECT " TS_ROW_COLUMNS " FROM object WHERE dir=?1 ORDER BY name");
    if (!query) return fail(query.error());
    query_.emplace(std::move(*query));
    query_->bind_blob(1, directory);
    return {};
}

Result<bool> GlanceCursor::next() {
    if (!query_) return false;
    const auto row = query_->step();
    if (!row || !*row) {
        if (row) query_.reset();
        return row;
    }
    if (!store::read_glance(*query_, glance_, absent_) || !order_.advance({}, glance_.name)) return fail(database_->corrupt(store::kDamagedRow));
    return true;
}

Status ObjectTable::put(const Observation& observation) {
    const auto split = split_path(observation.path);
    if (auto good = store::check_row(observation, split); !good) return good;
    auto query = database_->query("INSERT OR REPLACE INTO object(" TS_ROW_COLUMNS ",dir) VALUES(?1,?2,?3,?4,?5,?6)");
    if (!query) return fail(query.error());
    store::bind_row(*query, observation, split.name, packed_);
    return query->bind_blob(store::kRowColumns + 1, split.directory).run();
}

Result<bool> ObjectTable::erase(const std::string& path) {
    auto query = database_->query("DELETE FROM object WHERE dir=?1 AND name=?2");
    if (!query) return fail(query.error());
    const auto split = split_path(path);
    query->bind_blob(1, split.directory).bind_blob(2, split.name);
    if (auto done = query->run(); !done) return fail(done.error());
    return database_->changes() > 0;
}

Result<std::optional<Observation>> ObjectTable::find(const std::string& path) {
    auto query = database_->query("SELECT " TS_ROW_COLUMNS " FROM object WHERE dir=?1 AND name=?2");
    if (!query) return fail(query.error());
    const auto split = split_path(path);
    query->bind_blob(1, split.directory).bind_blob(2, split.name);
    const auto row = query->step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    std::optional<Observation> found(std::in_place);
    if (!store::read_row(*query, split.directory, *found)) return fail(database_->corrupt(store::kDamagedRow));
    return found;
}

Result<bool> ObjectTable::holds(const std::string& path) {
    auto query = database_->query("SELECT 1 FROM object WHERE dir=?1 AND name=?2");
    if (!query) return fail(query.error());
    const auto split = split_path(path);
    query->bind_blob(1, split.directory).bind_blob(2, split.name);
    return query->step();
}

Result<bool> ObjectTable::visit_rows(store::Query& query, const Visitor& visit) {
    Observation found;
    for (store::Ascending order;;) {
        const auto row = query.step();
        if (!row) return fail(row.error());
        if (!*row) return true;
        const auto directory = query.value(store::kRowColumns);
        if (!directory.is_blob() || !store::read_row(query, directory.blob(), found) || !order.advance(directory.blob(), query.blob(0)))
            return fail(database_->corrupt(store::kDamagedRow));
        if (!visit(found)) return false;
    }
}

Status ObjectTable::each(const std::string& scope, const Visitor& visit) {
    const auto finish = [](const Result<bool>& result) { return result ? Status{} : Status(fail(result.error())); };
    if (store::is_everything(scope)) {
        auto all = database_->query("SELECT " TS_ROW_COLUMNS ",dir FROM object ORDER BY dir,name");
        return all ? finish(visit_rows(*all, visit)) : Status(fail(all.error()));
    }
    const auto own = find(scope);
    if (!own) return fail(own.error());
    if (*own && !visit(**own)) return {};

    auto directly = database_->query("SELECT " TS_ROW_COLUMNS ",dir FROM object WHERE dir=?1 ORDER BY name");
    if (!directly) return fail(directly.error());
    directly->bind_blob(1, scope);
    const auto more = visit_rows(*directly, visit);
    if (!more || !*more) return finish(more);

    auto deeper = database_->query("SELECT " TS_ROW_COLUMNS ",dir FROM object WHERE dir>=?1 AND dir<?2 ORDER BY dir,name");
    if (!deeper) return fail(deeper.error());
    const store::Below below(scope);
    deeper->bind_blob(1, below.from).bind_blob(2, below.to);
    return finish(visit_rows(*deeper, visit));
}

Result<std::vector<Observation>> ObjectTable::page(const std::string& scope, const std::string& last, std::int64_t at_most) {
    std::vector<Observation> out;
    const auto keep = [&](const Observation& each) {
        out.push_back(each);
        return true;
    };
    if (last.empty()) {
        const auto own = find(scope);
        if (!own) return fail(own.error());
        if (*own && !(*own)->absent()) out.push_back(**own);
    }
    const auto left = [&] { return at_most - static_cast<std::int64_t>(out.size()); };
    const auto at = last.empty() ? SplitPath{} : split_path(last);
    const store::Below below(scope);
    if (at.directory <= scope) {  // also when `last` is the scope itself, which sorts before its content
        auto directly = database_->query("SELECT " TS_ROW_COLUMNS ",dir FROM object WHERE dir=?1 AND name>?2 AND kind<>3 ORDER BY name LIMIT ?3");
        if (!directly) return fail(directly.error());
        directly->bind_blob(1, scope).bind_blob(2, at.directory == scope ? at.name : "").bind(3, left());
        if (const auto done = visit_rows(*directly, keep); !done) return fail(done.error());
    }
    if (left() <= 0) return out;
    auto deeper = database_->query("SELECT " TS_ROW_COLUMNS ",dir FROM object WHERE (dir,name)>(?1,?2) AND dir<?3 AND kind<>3 ORDER BY dir,name LIMIT ?4");
    if (!deeper) return fail(deeper.error());
    const bool inside = at.directory >= below.from;
    deeper->bind_blob(1, inside ? at.directory : below.from).bind_blob(2, inside ? at.name : "").bind_blob(3, below.to).bind(4, left());
    if (const auto done = visit_rows(*deeper, keep); !done) return fail(done.error());
    return out;
}

Result<std::optional<std::string>> ObjectTable::next_directory(const std::string& scope, const std::string& after) {
    return store::next_directory(*database_, kObjectSteps, scope, after);
}

Result<std::vector<std::string>> ObjectTable::paths_of(ObjectId id) {
    auto query = database_->query("SELECT dir,name FROM object WHERE inode=?1 AND device=?2 ORDER BY dir,name");
    if (!query) return fail(query.error());
    query->bind(1, store::to_stored(id.inode)).bind(2, store::to_stored(id.device));
    std::vector<std::string> out;
    for (store::Ascending order;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return out;
        if (!query->is_blob(0) || !query->is_blob(1) || !store::is_stored_name(query->blob(0), query->blob(1)) ||
            !order.advance(query->blob(0), query->blob(1)))
            return fail(database_->corrupt(store::kDamagedRow));
        out.push_back(join_path(query->blob(0), query->blob(1)));
    }
}

}  // namespace touchstone
