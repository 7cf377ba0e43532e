#include "store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace touchstone::store {
namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr int kMaxValueBytes = 128 << 20;  // 1 MiB blocks of a log of 2 TiB

int open_flags(Access access) {
    const int common = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    return access == Access::write ? common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : common | SQLITE_OPEN_READONLY;
}

// A full disk has several names (quota, RLIMIT_FSIZE); callers ask only whether it is full.
int disk_errno(int system_errno) {
    return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG ? ENOSPC : EIO;
}

struct Meaning {
    ErrorKind kind;
    int code;
};

Meaning meaning_of(int extended, int system_errno) {
    switch (extended & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_FORMAT:
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG: return {ErrorKind::corrupt, 0};
        case SQLITE_FULL: return {ErrorKind::system, ENOSPC};
        case SQLITE_IOERR:
            if (extended == SQLITE_IOERR_CORRUPTFS) return {ErrorKind::corrupt, 0};
            if (extended == SQLITE_IOERR_NOMEM) return {ErrorKind::system, ENOMEM};
            return {ErrorKind::system, disk_errno(system_errno)};
        case SQLITE_NOMEM: return {ErrorKind::system, ENOMEM};
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return {ErrorKind::system, EBUSY};
        case SQLITE_CONSTRAINT: return {ErrorKind::system, EEXIST};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH: return {ErrorKind::no_permission, EACCES};
        case SQLITE_CANTOPEN:
            if (system_errno == EACCES || system_errno == EPERM) return {ErrorKind::no_permission, system_errno};
            return {ErrorKind::system, system_errno != 0 ? system_errno : EIO};
        default: return {ErrorKind::system, EINVAL};
    }
}

}  // namespace

Query::Query(Database& database, const char* sql, sqlite3_stmt* statement) : database_(&database), sql_(sql), statement_(statement) {}

Query::Query(Query&& other) noexcept
    : database_(other.database_), sql_(other.sql_), statement_(std::exchange(other.statement_, nullptr)), failure_(other.failure_) {}

Query::~Query() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    database_->idle_[sql_].push_back(statement_);
}

Query& Query::bind(int index, std::int64_t value) {
    if (failure_ == SQLITE_OK) failure_ = sqlite3_bind_int64(statement_, index, value);
    return *this;
}

Query& Query::bind_blob(int index, std::string_view bytes) {
    // A null pointer would bind NULL, also with length 0.
    const char* data = bytes.empty() ? "" : bytes.data();
    if (failure_ == SQLITE_OK) failure_ = sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_STATIC);
    return *this;
}

Query& Query::bind_null(int index) {
    if (failure_ == SQLITE_OK) failure_ = sqlite3_bind_null(statement_, index);
    return *this;
}

Result<bool> Query::step() {
    errno = 0;  // see Database::error
    const int code = failure_ != SQLITE_OK ? failure_ : sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(database_->error(code));
}

Status Query::run() {
    for (;;) {
        const auto row = step();
        if (!row) return fail(row.error());
        if (!*row) return {};
    }
}

void Query::rewind() {
    sqlite3_reset(statement_);
    failure_ = SQLITE_OK;
}

Value Query::value(int column) const { return Value(sqlite3_column_value(statement_, column)); }
int Query::columns() const { return sqlite3_column_count(statement_); }

bool Value::is_integer() const { return sqlite3_value_type(value_) == SQLITE_INTEGER; }
bool Value::is_blob() const { return sqlite3_value_type(value_) == SQLITE_BLOB; }
bool Value::is_null() const { return sqlite3_value_type(value_) == SQLITE_NULL; }
std::int64_t Value::integer() const { return sqlite3_value_int64(value_); }

std::string_view Value::blob() const {
    const void* data = sqlite3_value_blob(value_);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_value_bytes(value_))};
}

// Counting every allocation for statistics that nobody reads takes a lock that all threads share.
void count_no_memory() {
    static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // refused when SQLite is already in use: then it counts
    (void)done;
}

Result<std::unique_ptr<Database>> Database::open(const std::string& file, Access access) {
    count_no_memory();
    sqlite3* handle = nullptr;
    const std::string uri = sqlite_uri(file, access == Access::immutable ? "immutable=1" : "");
    const int code = sqlite3_open_v2(uri.c_str(), &handle, open_flags(access), nullptr);
    std::unique_ptr<Database> database(new Database(file, handle));  // owns the handle also when opening failed
    if (handle == nullptr) return fail(Error{fmt::format("open {}: out of memory", file), ErrorKind::system, ENOMEM});
    sqlite3_extended_result_codes(handle, 1);
    if (code != SQLITE_OK) return fail(database->error("open", code));
    // The first pragma reads the schema.
    if (auto done = database->configure(access); !done) return fail(blame_file(done.error()));
    return database;
}

Database::~Database() {
    for (auto& [sql, statements] : idle_)
        for (auto* statement : statements) sqlite3_finalize(statement);
    sqlite3_close_v2(handle_);
}

Status Database::configure(Access access) {
    constexpr std::array<std::pair<int, int>, 7> switches{{{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                                           {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                                           {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
                                                           {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                                           {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                                           {SQLITE_DBCONFIG_DQS_DML, 0},
                                                           {SQLITE_DBCONFIG_DQS_DDL, 0}}};
    for (const auto& [name, value] : switches) sqlite3_db_config(handle_, name, value, nullptr);
    sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
    sqlite3_limit(handle_, SQLITE_LIMIT_SQL_LENGTH, 64 << 10);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(handle_, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
    if (auto done = execute("PRAGMA mmap_size=0; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON"); !done)
        return done;
    if (access == Access::write) return {};
    if (auto done = execute("PRAGMA query_only=ON"); !done) return done;
    // What cannot change needs no looking whether it has: one transaction for all statements.
    return access == Access::immutable ? execute("BEGIN") : Status{};
}

Result<Query> Database::query(const char* sql) {
    auto& idle = idle_[sql];
    if (!idle.empty()) {
        auto* statement = idle.back();
        idle.pop_back();
        return Query(*this, sql, statement);
    }
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fail(error(code));
    return Query(*this, sql, statement);
}

Status Database::execute(const char* sql) {
    errno = 0;
    const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(error(code));
    return {};
}

Result<std::int64_t> Database::number(const char* sql) {
    auto found = query(sql);
    if (!found) return fail(found.error());
    const auto row = found->step();
    if (!row) return fail(row.error());
    return *row ? found->integer(0) : 0;
}

Result<std::string> Database::text(const char* sql) {
    auto found = query(sql);
    if (!found) return fail(found.error());
    const auto row = found->step();
    if (!row) return fail(row.error());
    return std::string(*row ? found->blob(0) : std::string_view{});
}

bool Database::is_read_only() const { return sqlite3_db_readonly(handle_, "main") != 0; }
void Database::merge_log_on_close() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Error Database::corrupt(std::string_view why) const { return Error{fmt::format("{}: {}", file_, why), ErrorKind::corrupt, 0}; }

Error Database::error(int code) const { return error("", code); }

Error Database::error(std::string_view attempted, int code) const {
    const int left_behind = errno;  // SQLite does not keep the errno of a failed commit
    const int extended = sqlite3_extended_errcode(handle_) != SQLITE_OK ? sqlite3_extended_errcode(handle_) : code;
    const int kept = sqlite3_system_errno(handle_);
    const int system_errno = kept != 0 ? kept : left_behind;
    const auto meaning = meaning_of(extended, system_errno);
    const bool disk = (extended & 0xff) == SQLITE_IOERR || (extended & 0xff) == SQLITE_CANTOPEN;
    auto what = fmt::format("{}{}{}: {}", attempted, attempted.empty() ? "" : " ", file_, sqlite3_errmsg(handle_));
    if (disk && system_errno != 0) what += fmt::format(" ({})", std::strerror(system_errno));
    return Error{std::move(what), meaning.kind, meaning.code};
}

std::string sqlite_uri(std::string_view file, std::string_view parameters) {
    std::string out = file.starts_with('/') ? "file://" : "file:";  // an empty authority, so that "//x" is no host
    for (const char c : file) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' ||
                           c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    if (!parameters.empty()) out.append("?").append(parameters);
    return out;
}

}  // namespace touchstone::store
