// Events on their way out, in order of their sequence.
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "format.hpp"
#include "store/encoding.hpp"

namespace touchstone {
namespace {

constexpr std::uint64_t kMaxSequence = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::int64_t stored_sequence(std::uint64_t sequence) { return static_cast<std::int64_t>(std::min(sequence, kMaxSequence)); }

// What is about to be dropped may be the highest there ever was; a new output begins behind it.
Status remember_highest(State& state, store::Database& database, std::int64_t through) {
    auto query = database.query("SELECT max(sequence) FROM outbox WHERE sequence<=?1");
    if (!query) return fail(query.error());
    const auto row = query->bind(1, through).step();
    if (!row) return fail(row.error());
    if (query->is_null(0)) return {};
    const auto present = query->integer(0);
    const auto before = state.value(kHighestKey);
    if (!before) return fail(before.error());
    std::int64_t highest = 0;
    if (*before) std::from_chars((*before)->data(), (*before)->data() + (*before)->size(), highest);
    return present > highest ? state.set_value(kHighestKey, std::to_string(present)) : Status{};
}

}  // namespace

std::optional<OutgoingEvent> read_event(const store::Query& query) {
    auto fields = store::decode_strings(query.blob(3));
    if (!query.is_integer(0) || query.integer(0) < 0 || !query.is_blob(1) || !query.is_blob(2) || !query.is_blob(3) || !fields)
        return std::nullopt;
    return OutgoingEvent{static_cast<std::uint64_t>(query.integer(0)), std::string(query.blob(1)), std::string(query.blob(2)), std::move(*fields)};
}

Status State::enqueue(const OutgoingEvent& event) {
    if (event.sequence > kMaxSequence)
        return fail(Error{fmt::format("event sequence {} is too high", event.sequence), ErrorKind::bad_input, 0});
    auto query = impl_->database->query("INSERT INTO outbox(sequence,id,json,fields) VALUES(?1,?2,?3,?4)");
    if (!query) return fail(query.error());
    const auto fields = store::encode_strings(event.journal_fields);
    query->bind(1, stored_sequence(event.sequence)).bind_blob(2, event.id).bind_blob(3, event.json).bind_blob(4, fields);
    if (auto done = query->run(); !done) return done;
    if (impl_->outbox_rows) ++*impl_->outbox_rows;
    return {};
}

Result<std::vector<OutgoingEvent>> State::after(std::uint64_t sequence, std::size_t at_most) {
    auto query = impl_->database->query("SELECT sequence,id,json,fields FROM outbox WHERE sequence>?1 ORDER BY sequence LIMIT ?2");
    if (!query) return fail(query.error());
    query->bind(1, stored_sequence(sequence)).bind(2, stored_sequence(at_most));
    std::vector<OutgoingEvent> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return out;
        auto event = read_event(*query);
        if (!event) return fail(impl_->database->corrupt("a row of table outbox is damaged"));
        out.push_back(std::move(*event));
    }
}

Status State::drop_through(std::uint64_t sequence) {
    const auto through = stored_sequence(sequence);
    if (auto done = remember_highest(*this, *impl_->database, through); !done) return done;
    const auto highest = impl_->database->number("SELECT max(sequence) FROM outbox");
    if (!highest) return fail(highest.error());
    // Without a condition SQLite frees pages without looking at each row.
    const bool all = *highest <= through;
    auto query = impl_->database->query(all ? "DELETE FROM outbox" : "DELETE FROM outbox WHERE sequence<=?1");
    if (!query) return fail(query.error());
    if (!all) query->bind(1, through);
    if (auto done = query->run(); !done) return done;
    if (impl_->outbox_rows) *impl_->outbox_rows -= static_cast<std::uint64_t>(impl_->database->changes());
    return {};
}

Result<std::uint64_t> State::outbox_size() {
    if (!impl_->outbox_rows) {
        const auto rows = impl_->database->number("SELECT count(*) FROM outbox");
        if (!rows) return fail(rows.error());
        impl_->outbox_rows = static_cast<std::uint64_t>(*rows);
    }
    return *impl_->outbox_rows;
}

Status check_rows(store::Database& database) {
    // each() decodes every row, which is the check.
    if (auto read = ObjectTable(database).each("", [](const Observation&) { return true; }); !read) return read;
    auto query = database.query("SELECT sequence,id,json,fields FROM outbox");
    if (!query) return fail(query.error());
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        if (!read_event(*query)) return fail(database.corrupt("a row of table outbox is damaged"));
    }
}

}  // namespace touchstone
