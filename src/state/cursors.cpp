// How far each output has come.
#include <algorithm>
#include <charconv>

#include "format.hpp"
#include "store/stored.hpp"

namespace touchstone {
namespace {

Result<std::int64_t> highest_ever(State& state, store::Database& database) {
    const auto kept = state.value(kHighestKey);
    if (!kept) return fail(kept.error());
    std::int64_t dropped = 0;
    if (*kept) std::from_chars((*kept)->data(), (*kept)->data() + (*kept)->size(), dropped);
    const auto present = database.number("SELECT coalesce(max(sequence),0) FROM outbox");
    if (!present) return present;
    return std::max({dropped, *present, std::int64_t{0}});
}

}  // namespace

Result<Cursor> State::cursor(const std::string& output) {
    auto query = impl_->database->query("SELECT delivered,position FROM cursor WHERE output=?1");
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, output).step();
    if (!row) return fail(row.error());
    if (*row) return Cursor{store::from_stored(query->integer(0)), std::string(query->blob(1))};
    const auto end = highest_ever(*this, *impl_->database);
    if (!end) return fail(end.error());
    return Cursor{static_cast<std::uint64_t>(*end), ""};
}

Status State::set_cursor(const std::string& output, const Cursor& cursor) {
    auto query = impl_->database->query("INSERT OR REPLACE INTO cursor(output,delivered,position) VALUES(?1,?2,?3)");
    if (!query) return fail(query.error());
    return query->bind_blob(1, output).bind(2, store::to_stored(cursor.delivered)).bind_blob(3, cursor.position).run();
}

Status State::forget_cursors_except(const std::vector<std::string>& outputs) {
    std::vector<std::string> gone;
    {
        auto all = impl_->database->query("SELECT output FROM cursor");
        if (!all) return fail(all.error());
        for (;;) {
            const auto row = all->step();
            if (!row) return fail(row.error());
            if (!*row) break;
            std::string output(all->blob(0));
            if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) gone.push_back(std::move(output));
        }
    }
    for (const auto& output : gone) {
        auto query = impl_->database->query("DELETE FROM cursor WHERE output=?1");
        if (!query) return fail(query.error());
        if (auto done = query->bind_blob(1, output).run(); !done) return done;
    }
    return {};
}

}  // namespace touchstone
