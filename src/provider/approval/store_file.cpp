#include "approval/store_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "store/directory.hpp"
#include "touchstone/approval_store.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {

std::string approvals_file(const std::string& state_directory) { return state_directory + "/approvals.db"; }

namespace approval {
namespace {

constexpr std::int64_t kApplicationId = 0x74736170;  // "tsap"
constexpr std::array<store::SchemaEntry, 5> kSchema{{
    {"approval",
     "CREATE TABLE approval(sequence INTEGER PRIMARY KEY,id BLOB NOT NULL,file BLOB NOT NULL,submitted_at INTEGER NOT NULL,submitted_by BLOB NOT "
     "NULL)"},
    {"approval_id", "CREATE UNIQUE INDEX approval_id ON approval(id)"},
    {"change",
     "CREATE TABLE change(path BLOB NOT NULL,approval INTEGER NOT NULL,used_at INTEGER,absent INTEGER,device INTEGER,inode INTEGER,size "
     "INTEGER,ctime INTEGER,PRIMARY KEY(path,approval)) WITHOUT ROWID"},
    {"change_approval", "CREATE INDEX change_approval ON change(approval)"},
    {"report", "CREATE TABLE report(sequence INTEGER PRIMARY KEY,line BLOB NOT NULL)"},
}};
constexpr std::array<store::Format, 1> kFormats{{{1, kSchema}}};

constexpr const char* kSettings =
    "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=16777216; PRAGMA foreign_keys=OFF";

Status check_place(const std::string& directory) {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0) return fail(system_error(fmt::format("look at {}", printable(directory))));
    if (status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
    return fail(Error{fmt::format("state directory {} is not ours alone: it must belong to user {} and be writable by nobody else",
                                  printable(directory), ::geteuid()),
                      ErrorKind::bad_input, 0});
}

// As the state does it (src/state/open.cpp): SQLite would make it 0644, and would follow a link.
Status ready_file(const std::string& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        const Fd made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (made || errno == EEXIST) return {};
        return fail(system_error(fmt::format("make {}", printable(file))));
    }
    if (S_ISREG(status.st_mode)) return {};
    return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
}

Status create(store::Database& database) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    const auto blank = database.is_blank();  // again: another may have been first
    Status made = blank ? (*blank ? database.create_format(kApplicationId, kFormats.back()) : Status{}) : Status(fail(blank.error()));
    if (made) return database.execute("COMMIT");
    static_cast<void>(database.execute("ROLLBACK"));
    return made;
}

}  // namespace

Result<std::unique_ptr<store::Database>> open_to_read(const std::string& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::unique_ptr<store::Database>();
        return fail(system_error(fmt::format("open {}", printable(file))));
    }
    if (!S_ISREG(status.st_mode)) return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
    auto database = store::Database::open(file, store::Access::read);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (*blank) return std::unique_ptr<store::Database>();
    if (auto good = (*database)->check_format(kApplicationId, kFormats); !good) return fail(good.error());
    return database;
}

Result<std::unique_ptr<store::Database>> open_to_write(const std::string& directory, const std::string& file) {
    if (auto made = store::make_directory(directory); !made) return fail(made.error());
    if (auto good = check_place(directory); !good) return fail(good.error());
    if (auto good = ready_file(file); !good) return fail(good.error());
    auto opened = store::Database::open(file, store::Access::write);
    if (!opened) return opened;
    auto& database = **opened;
    const auto mode = database.text("PRAGMA journal_mode=WAL");
    if (!mode) return fail(mode.error());
    if (*mode != "wal")
        return fail(Error{fmt::format("{}: this file system cannot hold a shared write-ahead log", printable(file)), ErrorKind::system, ENOTSUP});
    if (auto done = database.execute(kSettings); !done) return fail(done.error());
    const auto blank = database.is_blank();
    if (!blank) return fail(blank.error());
    if (*blank)
        if (auto made = create(database); !made) return fail(made.error());
    if (auto good = database.check_format(kApplicationId, kFormats); !good) return fail(good.error());
    database.merge_log_on_close();
    if (auto done = store::sync_directory(directory); !done) return fail(done.error());
    return opened;
}

FileIdentity identity_of(const std::string& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

}  // namespace approval
}  // namespace touchstone
