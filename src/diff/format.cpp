#include "format.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "store/making.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::diff {
namespace {

// What is not kept any more must not be found on the disk either: SQLite overwrites it.
constexpr store::Kind kCopies{kCopiesFormat,
                              "PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=256; PRAGMA journal_size_limit=1048576", true};

}  // namespace

std::string copies_file(const std::string& state_directory) { return join_path(state_directory, "copies.db"); }

Result<std::unique_ptr<store::Database>> open_copies(const std::string& state_directory) {
    return store::open_or_make(copies_file(state_directory), kCopies);
}

Status remove_copies(const std::string& state_directory) {
    const auto file = copies_file(state_directory);
    for (const std::string end : {"", "-wal", "-shm"})
        if (::unlink((file + end).c_str()) != 0 && errno != ENOENT) return fail(system_error(fmt::format("remove {}{}", printable(file), end)));
    return {};
}

}  // namespace touchstone::diff
