#include "dpkg/format.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "dpkg/files.hpp"
#include "store/directory.hpp"
#include "store/making.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr store::Kind kEvidence{kEvidenceFormat, "PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF", true};

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
    auto database = store::open_or_make(file, kEvidence);
    if (database || database.error().kind != ErrorKind::corrupt) return database;
    recovered = fmt::format("{} was damaged ({}); it was set aside and begun anew, and what it said of packages is lost", printable(file),
                            printable(database.error().what));
    if (auto done = set_evidence_aside(file); !done) return fail(done.error());
    return store::open_or_make(file, kEvidence);
}

Result<std::unique_ptr<store::Database>> open_evidence_for_reading(const std::string& state_directory) {
    const auto file = evidence_file(state_directory);
    auto database = store::open_if_made(file, kEvidence);
    if (database && !*database) return fail(system_error(fmt::format("open {}", printable(file)), ENOENT));
    return database;
}

}  // namespace touchstone::dpkg
