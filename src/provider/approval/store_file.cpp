#include "approval/store_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "store/directory.hpp"
#include "store/making.hpp"
#include "touchstone/approval_store.hpp"
#include "touchstone/bytes.hpp"

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
constexpr store::Format kFormat{kApplicationId, 1, kSchema};

constexpr store::Kind kApprovals{
    kFormat, "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=16777216; PRAGMA foreign_keys=OFF", false};

Status check_place(const std::string& directory) {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0) return fail(system_error(fmt::format("look at {}", printable(directory))));
    if (status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
    return fail(Error{fmt::format("state directory {} is not ours alone: it must belong to user {} and be writable by nobody else",
                                  printable(directory), ::geteuid()),
                      ErrorKind::bad_input, 0});
}

}  // namespace

Result<std::unique_ptr<store::Database>> open_to_read(const std::string& file) { return store::open_if_made(file, kApprovals); }

Result<std::unique_ptr<store::Database>> open_to_write(const std::string& directory, const std::string& file) {
    if (auto made = store::make_directory(directory); !made) return fail(made.error());
    if (auto good = check_place(directory); !good) return fail(good.error());
    auto opened = store::open_or_make(file, kApprovals);
    if (!opened) return opened;
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
