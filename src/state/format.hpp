// The state database's format (docs/formats.md).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "object_table.hpp"
#include "store/database.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

inline constexpr std::int64_t kStateApplicationId = 0x74737374;  // "tsst"
inline constexpr std::array<store::SchemaEntry, 5> kStateSchema{{
    kObjectTable,
    kObjectIndex,
    {"outbox", "CREATE TABLE outbox(sequence INTEGER PRIMARY KEY,id BLOB NOT NULL,json BLOB NOT NULL,fields BLOB NOT NULL)"},
    {"cursor", "CREATE TABLE cursor(output BLOB NOT NULL PRIMARY KEY,delivered INTEGER NOT NULL,position BLOB NOT NULL) WITHOUT ROWID"},
    {"value", "CREATE TABLE value(key BLOB NOT NULL PRIMARY KEY,value BLOB NOT NULL) WITHOUT ROWID"},
}};
inline constexpr store::Format kStateFormat{kStateApplicationId, 3, kStateSchema};

// The key in table `value` under which the highest sequence ever dropped from the outbox is kept.
inline constexpr const char* kHighestKey = "outbox.highest";

struct State::Impl {
    explicit Impl(std::string path) : directory(std::move(path)) {}
    void adopt(std::unique_ptr<store::Database> opened);

    std::string directory;
    std::string recovered;
    std::unique_ptr<store::Database> database;
    std::optional<ObjectTable> objects;
    std::optional<std::uint64_t> outbox_rows;  // unknown after a rollback
};

struct OpenedState {
    std::unique_ptr<store::Database> database;
    std::string recovered;
};
Result<OpenedState> open_state_database(const std::string& directory);

// Every row can be decoded; corrupt otherwise.
Status check_rows(store::Database& database);
std::optional<OutgoingEvent> read_event(const store::Query& query);  // of sequence,id,json,fields

Result<std::optional<std::string>> read_value(store::Database& database, const std::string& key);

}  // namespace touchstone
