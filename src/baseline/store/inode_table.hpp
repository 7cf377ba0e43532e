// Table `inode` of a baseline: in which rows of table `glance` the objects of an inode are, many inodes packed into one row. An index of SQLite's over table
// `object` would hold every path again. It follows from table `glance` and from nothing else.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.hpp"
#include "touchstone/object.hpp"

namespace touchstone::store {

inline constexpr SchemaEntry kInodeTable{"inode", "CREATE TABLE inode(least INTEGER PRIMARY KEY,rows BLOB NOT NULL)"};

// An object of that inode, of whatever device, is in that row of table `glance`.
struct InodeRow {
    std::int64_t inode = 0;  // as it is stored
    std::int64_t number = 0;
    auto operator<=>(const InodeRow&) const = default;
};

// The least of what is added, as many as there is room for. What has none is left out, and wanted again: by who takes these and then adds it all once more.
class InodeRows {
public:
    static constexpr std::size_t kRoom = 1 << 19;  // 8 MiB, and up to twice as much beside while rows are added
    explicit InodeRows(std::size_t room = kRoom) : room_(room) {}

    struct Taken {
        std::vector<InodeRow> rows;  // in ascending order, none twice
        bool left_out = false;
    };
    void add(ObjectId id, std::int64_t number);
    Taken take();  // from now on only what comes after these is kept

private:
    void cut();
    std::size_t room_;
    std::vector<InodeRow> rows_;
    std::optional<InodeRow> after_, before_;  // only what lies between is kept
};

class InodeTable {
public:
    explicit InodeTable(Database& database) : database_(&database) {}

    // An empty table, from table `glance`, all of whose objects were added to `rows`.
    Status fill(InodeRows& rows);
    Status verify();  // corrupt: it is not what fill() makes
    // Of all objects but "/", by (directory, name). Corrupt: what it says is not there, or damaged.
    Result<std::vector<std::string>> paths_of(ObjectId id);

private:
    Result<std::vector<std::int64_t>> rows_of(std::int64_t inode);
    Database* database_;
};

}  // namespace touchstone::store
