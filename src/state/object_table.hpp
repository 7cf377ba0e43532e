// Table `object` of the state: what was last reported. (A baseline has its own: store/baseline_objects.hpp.)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/ascending.hpp"
#include "store/database.hpp"
#include "store/object_row.hpp"
#include "touchstone/object.hpp"

namespace touchstone {

inline constexpr store::SchemaEntry kObjectTable{"object",
                                          "CREATE TABLE object(dir BLOB NOT NULL,name BLOB NOT NULL,kind INTEGER NOT NULL,device INTEGER,inode INTEGER,"
                                          "packed BLOB NOT NULL,PRIMARY KEY(dir,name)) WITHOUT ROWID"};
inline constexpr store::SchemaEntry kObjectIndex{"object_inode",
                                          "CREATE INDEX object_inode ON object(inode,device) WHERE inode IS NOT NULL"};

// The names in one directory, in byte order, absences included.
class GlanceCursor {
public:
    explicit GlanceCursor(store::Database& database) : database_(&database) {}
    // `directory` must outlive the cursor.
    Status open(const std::string& directory);
    Result<bool> next();  // false: the end; also when never opened
    const Glance& glance() const { return glance_; }
    bool absent() const { return absent_; }

private:
    store::Database* database_;
    std::optional<store::Query> query_;
    store::Ascending order_;
    Glance glance_;
    bool absent_ = false;
};

class ObjectTable {
public:
    using Visitor = std::function<bool(const Observation&)>;
    explicit ObjectTable(store::Database& database) : database_(&database) {}

    Status put(const Observation& observation);
    Result<bool> erase(const std::string& path);  // whether there was a row
    Result<std::optional<Observation>> find(const std::string& path);
    Result<bool> holds(const std::string& path);
    // At or below `scope` ("" or "/": all), by (directory, name). The visitor must not write to the table. Stops when it returns false.
    Status each(const std::string& scope, const Visitor& visit);
    // The first rows at or below `scope`, in the order of each(), that come after `last` ("" for the start) and are no absences.
    Result<std::vector<Observation>> page(const std::string& scope, const std::string& last, std::int64_t at_most);
    Result<std::optional<std::string>> next_directory(const std::string& scope, const std::string& after);  // as KnownReader's
    Result<std::vector<std::string>> paths_of(ObjectId id);

private:
    // Returns whether to go on.
    Result<bool> visit_rows(store::Query& query, const Visitor& visit);
    store::Database* database_;
    std::string packed_;  // of the row being put
};

}  // namespace touchstone
