#include "touchstone/state.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "directory.hpp"
#include "format.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

void State::Impl::adopt(std::unique_ptr<store::Database> opened) {
    database = std::move(opened);
    objects.emplace(*database);
}

State::State(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

const std::string& State::recovered() const { return impl_->recovered; }

Status State::begin() { return impl_->database->execute("BEGIN IMMEDIATE"); }

Status State::commit() { return impl_->database->execute("COMMIT"); }

void State::rollback() {
    impl_->outbox_rows.reset();
    // SQLite has rolled back by itself after some errors (full disk).
    if (impl_->database->in_transaction()) static_cast<void>(impl_->database->execute("ROLLBACK"));
}

// With synchronous=NORMAL a commit stands in the write-ahead log's page cache; that file's data is what must reach the disk.
Status State::sync() {
    const auto log = state_file(impl_->directory) + "-wal";
    const Fd fd(::open(log.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd || ::fdatasync(fd.get()) != 0) return fail(system_error(fmt::format("sync {}", printable(log))));
    return {};
}

Status State::put(const Observation& observation) { return impl_->objects->put(observation); }

Status State::forget(const std::string& path) {
    const auto erased = impl_->objects->erase(path);
    return erased ? Status{} : Status(fail(erased.error()));
}

Status State::forget_all() { return impl_->database->execute("DELETE FROM object"); }

Result<std::optional<Observation>> State::find(const std::string& path) { return impl_->objects->find(path); }
Result<std::vector<std::string>> State::paths_of(ObjectId id) { return impl_->objects->paths_of(id); }

Result<std::optional<std::string>> read_value(store::Database& database, const std::string& key) {
    auto query = database.query("SELECT value FROM value WHERE key=?1");
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, key).step();
    if (!row) return fail(row.error());
    if (!*row) return std::nullopt;
    return std::string(query->blob(0));
}

Result<std::optional<std::string>> State::value(const std::string& key) { return read_value(*impl_->database, key); }

Status State::set_value(const std::string& key, const std::string& value) {
    auto query = impl_->database->query("INSERT OR REPLACE INTO value(key,value) VALUES(?1,?2)");
    if (!query) return fail(query.error());
    return query->bind_blob(1, key).bind_blob(2, value).run();
}

}  // namespace touchstone
