#include "store/making.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone::store {
namespace {

// Two may make it at once: within the transaction it is looked at again.
Status make(Database& database, const Kind& kind) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    const auto blank = database.is_blank();
    auto made = blank ? Status{} : Status(fail(blank.error()));
    if (made && *blank) made = database.create_format(kind.format);
    if (made) return database.execute("COMMIT");
    (void)database.execute("ROLLBACK");
    return made;
}

}  // namespace

Status ready_file(const std::string& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        if (Fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600))) return {};
        if (errno != EEXIST || ::lstat(file.c_str(), &status) != 0) return fail(system_error(fmt::format("make {}", printable(file))));
    }
    if (S_ISREG(status.st_mode)) return {};
    return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
}

Status begin_wal(Database& database, const char* settings) {
    const auto mode = database.text("PRAGMA journal_mode=WAL");
    if (!mode) return fail(mode.error());
    if (*mode == "wal") return database.execute(settings);
    return fail(Error{fmt::format("{}: this file system cannot hold a shared write-ahead log", database.file()), ErrorKind::system, ENOTSUP});
}

Result<std::unique_ptr<Database>> open_or_make(const std::string& file, const Kind& kind) {
    if (auto ready = ready_file(file); !ready) return fail(ready.error());
    auto database = Database::open(file, Access::write);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (auto done = begin_wal(**database, kind.settings); !done) return fail(done.error());
    if (*blank)
        if (auto made = make(**database, kind); !made) return fail(made.error());
    if (auto good = (*database)->check_format(kind.format); !good) return fail(good.error());
    if (kind.pages_checked)
        if (auto good = (*database)->check_pages(true); !good) return fail(good.error());
    (*database)->merge_log_on_close();
    return database;
}

Result<std::unique_ptr<Database>> open_if_made(const std::string& file, const Kind& kind) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::unique_ptr<Database>();
        return fail(system_error(fmt::format("open {}", printable(file))));
    }
    if (!S_ISREG(status.st_mode)) return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
    auto database = Database::open(file, Access::read);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (*blank) return std::unique_ptr<Database>();
    if (auto good = (*database)->check_format(kind.format); !good) return fail(good.error());
    return database;
}

}  // namespace touchstone::store
