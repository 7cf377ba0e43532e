// One observation as one row of table `object` (docs/formats.md), the same in baseline and state.
#pragma once

#include <optional>
#include <string_view>

#include "store/database.hpp"
#include "touchstone/object.hpp"

namespace touchstone::store {

enum class RowKind : std::int64_t { object = 0, unreadable = 1, unreadable_seen = 2, absent = 3 };

// The columns in the order in which bind_row takes them.
#define TS_OBJECT_COLUMNS                                                                                                           \
    "dir,name,kind,type,device,inode,size,ctime,looked_at,mode,uid,gid,link_count,rdev,project_id,inode_flags,mtime,link_target," \
    "digest,xattrs,blocks,error,attempted,follows_baseline,verity"
#define TS_GLANCE_COLUMNS "name,kind,type,device,inode,size,ctime,looked_at"
inline constexpr int kGlanceColumns = 8;

inline constexpr SchemaEntry kObjectTable{
    "object",
    "CREATE TABLE object(dir BLOB NOT NULL,name BLOB NOT NULL,kind INTEGER NOT NULL,type INTEGER,device INTEGER,inode INTEGER,"
    "size INTEGER,ctime INTEGER,looked_at INTEGER NOT NULL,mode INTEGER,uid INTEGER,gid INTEGER,link_count INTEGER,rdev INTEGER,"
    "project_id INTEGER,inode_flags INTEGER,mtime INTEGER,link_target BLOB,digest BLOB,xattrs BLOB,blocks BLOB,error INTEGER,"
    "attempted BLOB,follows_baseline INTEGER NOT NULL, verity BLOB,PRIMARY KEY(dir,name)) WITHOUT ROWID"};
inline constexpr SchemaEntry kObjectIndex{"object_inode",
                                          "CREATE INDEX object_inode ON object(inode,device) WHERE inode IS NOT NULL"};

// Rows say signed 64 bits; what is unsigned is stored by its bits.
std::int64_t to_stored(std::uint64_t value);
std::uint64_t from_stored(std::int64_t value);
std::int64_t to_stored(WallTime time);
WallTime time_from_stored(std::int64_t value);

// Holds the packed values that a bound query refers to.
struct PackedRow {
    std::string xattrs;
    std::string blocks;
};

// bad_input: a path that is not absolute or has an empty last component, or values too large or inconsistent to be read back.
Status check_row(const Observation& observation);
void bind_row(Query& query, const Observation& observation, PackedRow& packed);

// Of a query for all columns ("SELECT *"). nullopt: not a row that bind_row makes.
std::optional<Observation> read_row(const Query& query);

// Of a query for TS_GLANCE_COLUMNS; reuses the string of `glance`. False: damaged. `absent` is set for a known absence.
bool read_glance(const Query& query, Glance& glance, bool& absent);

// nullopt: no type has that number.
std::optional<FileType> file_type(std::int64_t value);

// A directory and a name that split_path makes of an absolute path.
bool is_stored_name(std::string_view directory, std::string_view name);

}  // namespace touchstone::store
