// Opening the state: made when missing, set aside and begun anew when damaged.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.hpp"
#include "format.hpp"
#include "store/directory.hpp"
#include "store/making.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

// Events pass through the outbox: in a burst its pages are written again and again, so they are copied into the database seldom (16 MiB of
// log), and the cache holds what is on its way between two flushes. Debian's SQLite would overwrite all that is deleted with zeros, page by
// page through the log; nothing here is more secret than the log of events.
constexpr const char* kSettings =
    "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-12000; "
    "PRAGMA secure_delete=OFF; PRAGMA foreign_keys=OFF";

Status create(store::Database& database) {
    if (auto done = database.execute("BEGIN IMMEDIATE"); !done) return done;
    auto made = database.create_format(kStateFormat);
    if (made) made = database.execute("COMMIT");
    return made;
}

Status check(store::Database& database) {
    if (auto good = database.check_format(kStateFormat); !good) return good;
    if (auto good = database.check_pages(true); !good) return good;
    return check_rows(database);
}

// A damaged header can say that the database is for reading only, which is not for a file to say that we may write.
Status check_writable(const store::Database& database) {
    if (!database.is_read_only()) return {};
    if (::faccessat(AT_FDCWD, database.file().c_str(), W_OK, AT_EACCESS) == 0) return fail(database.corrupt("its header is damaged"));
    return fail(system_error(fmt::format("write {}", printable(database.file()))));
}

Result<std::unique_ptr<store::Database>> open_checked(const std::string& file) {
    auto database = store::Database::open(file, store::Access::write);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (*blank) {
        if (auto done = store::begin_wal(**database, kSettings); !done) return fail(done.error());
        if (auto done = create(**database); !done) return fail(done.error());
    } else {
        if (auto good = check(**database); !good) return fail(good.error());
        if (auto done = store::begin_wal(**database, kSettings); !done) return fail(done.error());
        if (auto good = check_writable(**database); !good) return fail(good.error());
    }
    (*database)->merge_log_on_close();
    return database;
}

bool exists(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0;
}

// state.db.corrupt-TIME, TIME being when the damaged file was last written.
std::string name_aside(const std::string& file) {
    struct stat status{};
    ::lstat(file.c_str(), &status);
    const auto base = fmt::format("{}.corrupt-{}", file, status.st_mtim.tv_sec);
    std::string name = base;
    for (int n = 2; exists(name); ++n) name = fmt::format("{}-{}", base, n);
    return name;
}

Result<std::string> set_aside(const std::string& file) {
    const auto aside = name_aside(file);
    if (::rename(file.c_str(), aside.c_str()) != 0) return fail(system_error(fmt::format("set aside the damaged {}", printable(file))));
    for (const std::string suffix : {"-wal", "-shm"})
        if (::rename((file + suffix).c_str(), (aside + suffix).c_str()) != 0 && errno != ENOENT)
            return fail(system_error(fmt::format("set aside the damaged {}{}", printable(file), suffix)));
    return aside;
}

Result<std::unique_ptr<store::Database>> open_or_fail(const std::string& file) {
    if (auto good = store::ready_file(file); !good) return fail(good.error());
    return open_checked(file);
}

}  // namespace

Result<OpenedState> open_state_database(const std::string& directory) {
    if (auto ready = prepare_state_directory(directory); !ready) return fail(ready.error());
    const auto file = state_file(directory);
    auto database = open_or_fail(file);
    std::string recovered;
    if (!database && database.error().kind == ErrorKind::corrupt) {
        const auto aside = set_aside(file);
        if (!aside) return fail(aside.error());
        recovered = fmt::format("the state was damaged ({}); it was set aside as {} and begun anew: what was last reported is held against the "
                                "baseline again, and events not yet delivered are lost",
                                printable(database.error().what), printable(*aside));
        database = open_or_fail(file);
    }
    if (!database) return fail(database.error());
    if (auto done = store::sync_directory(directory); !done) return fail(done.error());
    return OpenedState{std::move(*database), std::move(recovered)};
}

Result<State> State::open(const std::string& directory) {
    auto opened = open_state_database(directory);
    if (!opened) return fail(opened.error());
    auto impl = std::make_unique<Impl>(directory);
    impl->adopt(std::move(opened->database));
    impl->recovered = std::move(opened->recovered);
    State state(std::move(impl));
    if (auto durable = state.sync(); !durable) return fail(durable.error());
    return state;
}

}  // namespace touchstone
