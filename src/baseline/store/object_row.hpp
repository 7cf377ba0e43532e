// One observation as one row of table `object` (docs/formats.md), the same in baseline and state but for column `dir`.
#pragma once

#include <string>
#include <string_view>

#include "store/database.hpp"
#include "store/packed_row.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/object.hpp"

namespace touchstone::store {

// All columns but `dir`, in the order in which bind_row and read_row take them.
#define TS_ROW_COLUMNS "name,kind,device,inode,packed"
inline constexpr int kRowColumns = 5;
inline constexpr const char* kDamagedRow = "a row of table object is damaged";

// bad_input: a path that is not absolute or has an empty last component, or values too large or inconsistent to be read back.
// `split` is the observation's path.
Status check_row(const Observation& observation, const SplitPath& split);

// `packed` is room for what the bound query refers to.
void bind_row(Query& query, const Observation& observation, std::string_view name, std::string& packed);

// Of a query that begins with TS_ROW_COLUMNS, into a fresh observation or one that this has read. False: not a row that bind_row makes; `out` is then of no use.
bool read_row(const Query& query, std::string_view directory, Observation& out);

// The same; reuses the string of `glance`. False: damaged. `absent` is set for a known absence.
bool read_glance(const Query& query, Glance& glance, bool& absent);

// A directory and a name that split_path makes of an absolute path.
bool is_stored_name(std::string_view directory, std::string_view name);

}  // namespace touchstone::store
