// Tables `directory` and `object` of a baseline: the path of each directory once, and what is in it under its id. (The state, which has few rows and changes
// them all the time, says the directory in each of its rows: src/state/object_table.hpp.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/ascending.hpp"
#include "store/database.hpp"
#include "store/object_row.hpp"
#include "touchstone/object.hpp"
#include "touchstone/string_hash.hpp"

namespace touchstone::store {

inline constexpr SchemaEntry kDirectoryTable{"directory", "CREATE TABLE directory(id INTEGER PRIMARY KEY,path BLOB NOT NULL)"};
inline constexpr SchemaEntry kDirectoryIndex{"directory_path", "CREATE UNIQUE INDEX directory_path ON directory(path)"};
inline constexpr SchemaEntry kBaselineObjectTable{"object",
                                                  "CREATE TABLE object(dir INTEGER NOT NULL,name BLOB NOT NULL,kind INTEGER NOT NULL,device INTEGER,inode INTEGER,"
                                                  "packed BLOB NOT NULL,PRIMARY KEY(dir,name)) WITHOUT ROWID"};

// Puts rows into empty tables. Ids are given in the order in which directories come, so that who comes directory by directory writes the table from front to
// end.
class BaselineObjects {
public:
    explicit BaselineObjects(Database& database) : database_(&database) {}

    Status put(const Observation& observation);  // in place of a row of the same path
    Status erase(const std::string& path);
    Status drop_empty_directories();  // after erase(): no directory is without a row
    std::uint64_t count() const { return count_; }  // rows

private:
    Result<std::optional<std::int64_t>> find_directory(std::string_view path);
    Result<std::int64_t> directory(std::string_view path);
    void remember(std::string_view path, std::int64_t id);

    Database* database_;
    std::uint64_t count_ = 0;
    bool erased_ = false;
    std::int64_t last_id_ = 0;
    std::unordered_map<std::string, std::int64_t, StringHash, std::equal_to<>> ids_;  // some of them
    std::string packed_;  // of the row being put
};

// Rows by (directory, name); corrupt where they do not ascend, or where a directory has none.
class RowCursor {
public:
    // Of the directories with from <= path < to; of all ("0" is the byte after "/").
    explicit RowCursor(Database& database, std::string from = {}, std::string to = "0") : database_(&database), from_(std::move(from)), to_(std::move(to)) {}
    RowCursor(const RowCursor&) = delete;
    RowCursor& operator=(const RowCursor&) = delete;

    Result<bool> next();

    const std::string& directory() const { return directory_; }
    std::int64_t directory_id() const { return id_; }
    const Query& row() const { return *rows_; }  // TS_ROW_COLUMNS

private:
    Result<bool> next_directory();
    Error damaged() const;

    Database* database_;
    const std::string from_, to_;
    std::optional<Query> directories_, rows_;
    Ascending order_;
    std::string directory_;
    std::int64_t id_ = 0;
    bool within_ = false;  // a directory
};

// Finds rows asked for one after the other. Where the next name asked for is the next row, as it is for who goes through a directory in byte order,
// that costs a step and no search. Only for a database that nobody writes to: it stays where it is in the tree.
class RowScan {
public:
    explicit RowScan(Database& database) : database_(&database) {}
    Result<std::optional<Observation>> find(const std::string& path);

private:
    Result<bool> advance(std::string_view name);
    Result<bool> seek(std::string_view name);
    Status enter(std::string_view directory);

    Database* database_;
    std::optional<Query> query_;
    std::string directory_;
    std::optional<std::int64_t> id_;  // of directory_; none: it has no rows
    std::string from_;                // bound
    std::string asked_;               // the row, if any, is the first of the directory from this name on
    bool on_row_ = false;
};

}  // namespace touchstone::store
