// Column `packed` of table `object` (docs/formats.md): what of an observation no statement asks for. A column of SQLite's costs more than all
// that is done with its value, so these are one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "touchstone/object.hpp"

namespace touchstone::store {

enum class RowKind : std::int64_t { object = 0, unreadable = 1, unreadable_seen = 2, absent = 3 };

RowKind kind_of(const Observation& observation);
std::optional<RowKind> row_kind(std::int64_t stored);

// Whether such a row says what the object is, its device and inode among it.
constexpr bool has_attributes(RowKind kind) { return kind == RowKind::object || kind == RowKind::unreadable_seen; }

// Into `out`, whose room is used again.
void pack_row(const Observation& observation, std::string& out);

// All but the path. Trusts nothing: false for anything but what pack_row makes, and `out` is then of no use. Every member that pack_row takes is
// written, in the room that `out` has from the row before; the others are left alone.
bool unpack_row(RowKind kind, ObjectId id, std::string_view packed, Observation& out);

// All but name and id, from the front alone: what follows it is not checked. False: damaged.
bool unpack_glance(RowKind kind, std::string_view packed, Glance& out);

}  // namespace touchstone::store
