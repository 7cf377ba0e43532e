// One observation as one row of table `object` (docs/formats.md), the same in baseline and state.
#pragma once

#include <string>
#include <string_view>

#include "store/database.hpp"
#include "store/packed_row.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/object.hpp"

namespace touchstone::store {

// All columns, in the order in which bind_row and read_row take them.
#define TS_OBJECT_COLUMNS "dir,name,kind,device,inode,packed"
#define TS_GLANCE_COLUMNS "name,kind,device,inode,packed"
inline constexpr int kGlanceColumns = 5;

inline constexpr SchemaEntry kObjectTable{"object",
                                          "CREATE TABLE object(dir BLOB NOT NULL,name BLOB NOT NULL,kind INTEGER NOT NULL,device INTEGER,inode INTEGER,"
                                          "packed BLOB NOT NULL,PRIMARY KEY(dir,name)) WITHOUT ROWID"};
inline constexpr SchemaEntry kObjectIndex{"object_inode",
                                          "CREATE INDEX object_inode ON object(inode,device) WHERE inode IS NOT NULL"};

// bad_input: a path that is not absolute or has an empty last component, or values too large or inconsistent to be read back.
// `split` is the observation's path.
Status check_row(const Observation& observation, const SplitPath& split);

// `packed` is room for what the bound query refers to.
void bind_row(Query& query, const Observation& observation, const SplitPath& split, std::string& packed);

// Of a query for TS_OBJECT_COLUMNS, into a fresh observation or one that this has read. False: not a row that bind_row makes; `out` is then of no use.
bool read_row(const Query& query, Observation& out);

// Of a query for TS_GLANCE_COLUMNS; reuses the string of `glance`. False: damaged. `absent` is set for a known absence.
bool read_glance(const Query& query, Glance& glance, bool& absent);

// A directory and a name that split_path makes of an absolute path.
bool is_stored_name(std::string_view directory, std::string_view name);

}  // namespace touchstone::store
