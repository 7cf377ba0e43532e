#include "dpkg/format.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dpkg/files.hpp"
#include "store/directory.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

// SQLite would make it 0644, and write through a link.
Status ready_evidence_file(const std::string& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        const Fd made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        return made || errno == EEXIST ? Status{} : Status(fail(system_error(fmt::format("make {}", printable(file)))));
    }
    if (S_ISREG(status.st_mode)) return {};
    return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
}

Status begin_wal(store::Database& database) {
    const auto mode = database.text("PRAGMA journal_mode=WAL");
    if (!mode) return fail(mode.error());
    if (*mode == "wal") return database.execute("PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF");
    return fail(Error{fmt::format("{}: this file system cannot hold a shared write-ahead log", database.file()), ErrorKind::system, ENOTSUP});
}

// Two hooks may make it at once: within the transaction it is looked at again.
Status create_evidence(store::Database& database) {
    if (auto done = database.execute("BEGIN IMMEDIATE"); !done) return done;
    const auto blank = database.is_blank();
    auto done = !blank ? Status(fail(blank.error())) : Status{};
    if (done && *blank) done = database.create_format(kEvidenceApplicationId, kEvidenceFormats.back());
    if (!done) {
        (void)database.execute("ROLLBACK");
        return done;
    }
    return database.execute("COMMIT");
}

Result<std::unique_ptr<store::Database>> open_whole(const std::string& file) {
    if (auto ready = ready_evidence_file(file); !ready) return fail(ready.error());
    auto database = store::Database::open(file, store::Access::write);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (auto done = begin_wal(**database); !done) return fail(done.error());
    if (*blank)
        if (auto done = create_evidence(**database); !done) return fail(done.error());
    if (auto good = (*database)->check_format(kEvidenceApplicationId, kEvidenceFormats); !good) return fail(good.error());
    if (auto good = (*database)->check_pages(true); !good) return fail(good.error());
    (*database)->merge_log_on_close();
    return database;
}

Status set_evidence_aside(const std::string& file) {
    for (const std::string end : {"", "-wal", "-shm"})
        if (::rename((file + end).c_str(), (file + ".corrupt" + end).c_str()) != 0 && errno != ENOENT)
            return fail(system_error(fmt::format("set aside the damaged {}{}", printable(file), end)));
    return {};
}

}  // namespace

std::string evidence_file(const std::string& state_directory) { return join_path(state_directory, "dpkg.db"); }

Result<std::unique_ptr<store::Database>> open_evidence_for_writing(const std::string& state_directory, std::string& recovered) {
    if (auto done = store::make_directory(state_directory); !done) return fail(done.error());
    const auto file = evidence_file(state_directory);
    auto database = open_whole(file);
    if (database || database.error().kind != ErrorKind::corrupt) return database;
    recovered = fmt::format("{} was damaged ({}); it was set aside and begun anew, and what it said of packages is lost", printable(file),
                            printable(database.error().what));
    if (auto done = set_evidence_aside(file); !done) return fail(done.error());
    return open_whole(file);
}

Result<std::unique_ptr<store::Database>> open_evidence_for_reading(const std::string& state_directory) {
    const auto file = evidence_file(state_directory);
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) return fail(system_error(fmt::format("open {}", printable(file))));
    if (!S_ISREG(status.st_mode)) return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
    auto database = store::Database::open(file, store::Access::read);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (*blank) return fail(system_error(fmt::format("open {}", printable(file)), ENOENT));  // being made
    if (auto good = (*database)->check_format(kEvidenceApplicationId, kEvidenceFormats); !good) return fail(good.error());
    return database;
}

}  // namespace touchstone::dpkg
