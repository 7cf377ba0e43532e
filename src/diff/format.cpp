#include "format.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone::diff {
namespace {

// What is not kept any more must not be found on the disk either: SQLite overwrites it.
constexpr const char* kSettings = "PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=256; PRAGMA journal_size_limit=1048576";

// SQLite would make it 0644, and write through a link.
Status ready_file(const std::string& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) {
        const Fd made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        return made ? Status{} : Status(fail(system_error(fmt::format("make {}", printable(file)))));
    }
    if (S_ISREG(status.st_mode)) return {};
    return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
}

Status use_wal(store::Database& database) {
    const auto mode = database.text("PRAGMA journal_mode=WAL");
    if (!mode) return fail(mode.error());
    if (*mode == "wal") return database.execute(kSettings);
    return fail(Error{fmt::format("{}: this file system cannot hold a shared write-ahead log", database.file()), ErrorKind::system, ENOTSUP});
}

Status create(store::Database& database) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    if (auto made = database.create_format(kCopiesApplicationId, kCopiesFormats.back()); !made) return made;
    return database.execute("COMMIT");
}

}  // namespace

std::string copies_file(const std::string& state_directory) { return join_path(state_directory, "copies.db"); }

Result<std::unique_ptr<store::Database>> open_copies(const std::string& state_directory) {
    const auto file = copies_file(state_directory);
    if (auto ready = ready_file(file); !ready) return fail(ready.error());
    auto database = store::Database::open(file, store::Access::write);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (auto done = use_wal(**database); !done) return fail(done.error());
    if (*blank)
        if (auto made = create(**database); !made) return fail(made.error());
    if (auto good = (*database)->check_format(kCopiesApplicationId, kCopiesFormats); !good) return fail(good.error());
    if (auto good = (*database)->check_pages(true); !good) return fail(good.error());
    (*database)->merge_log_on_close();
    return database;
}

Status remove_copies(const std::string& state_directory) {
    const auto file = copies_file(state_directory);
    for (const std::string end : {"", "-wal", "-shm"})
        if (::unlink((file + end).c_str()) != 0 && errno != ENOENT) return fail(system_error(fmt::format("remove {}{}", printable(file), end)));
    return {};
}

}  // namespace touchstone::diff
