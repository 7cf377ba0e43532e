// SQLite's C interface, thin and checked. Errors carry the file's name; a damaged database is `corrupt`, a full disk is `system` with
// ENOSPC, other failures of the disk EIO. One thread for each Database.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "touchstone/result.hpp"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

namespace touchstone::store {

class Database;

// One column of a query's present row, until its next step. Fetched once, for asking the query costs more than all questions here.
class Value {
public:
    bool is_integer() const;
    bool is_blob() const;
    bool is_null() const;
    std::int64_t integer() const;
    std::string_view blob() const;

private:
    friend class Query;
    explicit Value(sqlite3_value* value) : value_(value) {}
    sqlite3_value* value_;
};

// A prepared statement on loan from its Database, handed back (and reset) when dropped. What is bound must live until then.
class Query {
public:
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    Query& bind(int index, std::int64_t value);
    Query& bind_blob(int index, std::string_view bytes);
    Query& bind_null(int index);

    Result<bool> step();  // true: a row is there
    Status run();         // steps to the end
    void rewind();        // ready to be bound and stepped again

    Value value(int column) const;
    bool is_integer(int column) const { return value(column).is_integer(); }
    bool is_blob(int column) const { return value(column).is_blob(); }
    bool is_null(int column) const { return value(column).is_null(); }
    std::int64_t integer(int column) const { return value(column).integer(); }
    std::string_view blob(int column) const { return value(column).blob(); }
    int columns() const;

private:
    friend class Database;
    Query(Database& database, const char* sql, sqlite3_stmt* statement);
    Database* database_;
    const char* sql_;
    sqlite3_stmt* statement_;
    int failure_ = 0;  // of a bind; reported by step
};

enum class Access {
    immutable,  // read-only; no lock, no journal: nothing beside the file is touched or believed
    read,       // read-only; works beside a writer in WAL mode
    write,      // made when missing
};

struct SchemaEntry {
    const char* name;
    const char* sql;
};

// What a kind of database is in this version; no other is read.
struct Format {
    std::int64_t application_id;
    std::int64_t version;
    std::span<const SchemaEntry> schema;
};

class Database {
public:
    static Result<std::unique_ptr<Database>> open(const std::string& file, Access access);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    // `sql` must be a literal: prepared statements are kept by its address.
    Result<Query> query(const char* sql);
    Status execute(const char* sql);                        // any number of statements, rows ignored
    Result<std::int64_t> number(const char* sql);           // first column of the first row
    Result<std::string> text(const char* sql);
    bool in_transaction() const;
    std::int64_t changes() const;                           // rows of the last INSERT, UPDATE or DELETE

    // Another application_id or version, or any difference from the schema: corrupt. So no view, trigger or generated column of an attacker's making
    // is ever run.
    Status check_format(const Format& format);
    Result<bool> is_blank();                                // no tables and no application_id
    Status create_format(const Format& format);
    Status check_pages(bool quick);                         // quick_check or integrity_check
    // SQLite opened it for writing, yet will not write: the file says so, or its permissions.
    bool is_read_only() const;
    // Closing leaves a write-ahead log alone, neither replayed into the database nor removed, until this is called: it is evidence
    // when the database turns out to be damaged.
    void merge_log_on_close();

    const std::string& file() const { return file_; }
    Error corrupt(std::string_view why) const;

private:
    friend class Query;
    Database(std::string file, sqlite3* handle) : file_(std::move(file)), handle_(handle) {}
    Status configure(Access access);
    Status check_schema(std::span<const SchemaEntry> schema);
    static Error blame_file(Error error);
    Error error(std::string_view attempted, int code) const;
    Error error(int code) const;

    std::string file_;
    sqlite3* handle_;
    std::unordered_map<const char*, std::vector<sqlite3_stmt*>> idle_;
};

// "file:" URI of any path bytes (percent-encoded).
std::string sqlite_uri(std::string_view file, std::string_view parameters);

}  // namespace touchstone::store
