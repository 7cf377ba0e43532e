// Table `glance` of a baseline: what a sweep needs of each row of table `object`, some dozen names packed into one row, for reading a row
// of SQLite's costs a sweep more than comparing an object does. It follows from tables `directory` and `object` and from nothing else; "/" is not in it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "store/database.hpp"
#include "touchstone/object.hpp"

namespace touchstone::store {

inline constexpr SchemaEntry kGlanceTable{"glance", "CREATE TABLE glance(number INTEGER PRIMARY KEY,dir INTEGER NOT NULL,names BLOB NOT NULL)"};
inline constexpr SchemaEntry kGlanceIndex{"glance_dir", "CREATE INDEX glance_dir ON glance(dir)"};

// The packed form (docs/formats.md).
void append_glance(std::string& out, const Glance& glance);

// Takes glances off packed bytes, which must outlive it. Trusts nothing.
class GlanceTaker {
public:
    explicit GlanceTaker(std::string_view bytes) : rest_(bytes) {}
    bool more() const { return !rest_.empty(); }
    bool take(Glance& glance);  // false: damaged; reuses the string of `glance`

private:
    std::string_view rest_;
};

class GlanceTable {
public:
    explicit GlanceTable(Database& database) : database_(&database) {}

    // Of an object in the table, and in which row it is.
    using Placed = std::function<void(ObjectId id, std::int64_t number)>;

    Status fill(const Placed& placed);  // an empty table, from table `object`
    Status verify();                    // corrupt: it is not what fill() makes
    Status each(const Placed& placed);

    // The names in one row, in byte order, and their directory. Corrupt: there is no such row, or it is damaged.
    Status row(std::int64_t number, const std::function<void(std::string_view directory, const Glance&)>& visit);

    // As KnownReader's; corrupt when names are damaged or not in strictly ascending order. The visitor may call it again.
    Status children(const std::string& directory, const std::function<bool(const Glance&)>& visit);

private:
    Database* database_;
};

}  // namespace touchstone::store
