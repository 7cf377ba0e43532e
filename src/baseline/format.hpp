// The baseline file's format (docs/formats.md).
#pragma once

#include <array>
#include <functional>
#include <string>

#include "store/baseline_objects.hpp"
#include "store/database.hpp"
#include "store/glance_table.hpp"
#include "store/inode_table.hpp"
#include "touchstone/baseline.hpp"

namespace touchstone {

inline constexpr std::int64_t kBaselineApplicationId = 0x7473626c;  // "tsbl"
inline constexpr std::array<store::SchemaEntry, 8> kBaselineSchema{{
    {"info", "CREATE TABLE info(key BLOB NOT NULL PRIMARY KEY,value BLOB NOT NULL) WITHOUT ROWID"},
    {"acceptance",
     "CREATE TABLE acceptance(sequence INTEGER PRIMARY KEY,at INTEGER NOT NULL,who BLOB NOT NULL,note BLOB NOT NULL,paths BLOB NOT NULL)"},
    store::kDirectoryTable,
    store::kBaselineObjectTable,
    store::kGlanceTable,
    store::kInodeTable,
    store::kDirectoryIndex,
    store::kGlanceIndex,
}};
inline constexpr store::Format kBaselineFormat{kBaselineApplicationId, 4, kBaselineSchema};

Result<BaselineInfo> read_info(store::Database& database);
Status write_info(store::Database& database, const BaselineInfo& info);  // `id` only when it is not empty

// Hex SHA-256 over info (but its id), acceptances and objects, as docs/formats.md says.
Result<std::string> content_id(store::Database& database);

}  // namespace touchstone
