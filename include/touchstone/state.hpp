// What the daemon remembers between runs: one SQLite database (WAL) in the state directory, format in docs/formats.md.
//
// It holds (1) what was last reported of each object where that differs from the baseline, (2) the outbox: events not yet delivered to every
// output, (3) each output's cursor, (4) small values (sequence, last time the watch was on). A change of (1) and the event that reports it
// are committed together, before any output sees the event: so a kill at any moment loses and doubles nothing (ADR 0002).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/baseline.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/known.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// An event on its way out.
struct OutgoingEvent {
    std::uint64_t sequence = 0;
    std::string id;
    std::string json;                         // one line without the newline
    std::vector<std::string> journal_fields;  // "KEY=value"; a value may hold any bytes
};

// How far an output has come. `position` belongs to the output (JSON: "dev:inode:offset").
struct Cursor {
    std::uint64_t delivered = 0;  // sequence of the last event that it has durably
    std::string position;
};

// A renamed directory.
struct TreeMove {
    std::string from, to;
};

// Holds the state directory: flock(2) on DIR/lock. Errors: EWOULDBLOCK naming the holder's pid when another daemon has it.
Result<Fd> lock_state(const std::string& directory);

// One writer (the recorder thread); readers are StateReader.
class State {
public:
    // Makes directory (0700) and database when missing. A damaged database is renamed to state.db.corrupt-TIME and a new one made;
    // `recovered` then says what happened, to be announced, for what was last reported is lost.
    static Result<State> open(const std::string& directory);
    State(State&&) noexcept;
    State& operator=(State&&) noexcept;
    ~State();
    const std::string& recovered() const;  // "" normally

    Status begin();
    Status commit();   // durable against a kill; against power loss after the next sync()
    void rollback();
    Status sync();     // fsync of what was committed

    Status put(const Observation& observation);  // last reported (or silently refreshed); absent() is a known absence
    Status forget(const std::string& path);      // the baseline holds again
    Status forget_all();
    // Known objects below `from` become known below `to`, and known absences stay at `from`. The baseline's rows are read through `baseline` (may be null).
    // Returns how many objects moved.
    Result<std::uint64_t> move_tree(const std::string& from, const std::string& to, BaselineReader* baseline);
    // Several at once, as if in one instant: `from` is where each was known before, `to` where it is now. They may change places, go round
    // in a circle, or come out of one another. No two go to the same place. To be called within a transaction.
    Result<std::vector<std::uint64_t>> move_trees(const std::vector<TreeMove>& moves, BaselineReader* baseline);

    Status enqueue(const OutgoingEvent& event);
    Result<std::vector<OutgoingEvent>> after(std::uint64_t sequence, std::size_t at_most);
    Status drop_through(std::uint64_t sequence);  // every output has them
    Result<std::uint64_t> outbox_size();
    Result<Cursor> cursor(const std::string& output);  // of an output never seen: nothing delivered is owed (the present end)
    Status set_cursor(const std::string& output, const Cursor& cursor);
    Status forget_cursors_except(const std::vector<std::string>& outputs);

    Result<std::optional<std::string>> value(const std::string& key);
    Status set_value(const std::string& key, const std::string& value);

    // Reads through the writer's connection: sees what is not committed yet.
    Result<std::optional<Observation>> find(const std::string& path);
    Result<std::vector<std::string>> paths_of(ObjectId id);

private:
    struct Impl;
    explicit State(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// What was last reported, laid over the baseline: committed rows only. For sweeps, `status`, `check`, `baseline diff` and `accept`.
// Either part may be missing (no baseline yet, daemon never ran). Opens the state read-only; works beside a running daemon.
class KnownStore final : public KnownReader {
public:
    static Result<KnownStore> open(const std::string& baseline_file, const std::string& state_directory);
    KnownStore(KnownStore&&) noexcept;
    KnownStore& operator=(KnownStore&&) noexcept;
    ~KnownStore() override;

    BaselineReader* baseline();  // null when there is none
    Result<std::optional<Observation>> find(const std::string& path) override;
    Status children(const std::string& directory, const std::function<bool(const Glance&)>& visit) override;
    Result<std::optional<std::string>> next_directory(const std::string& scope, const std::string& after) override;
    Result<std::vector<std::string>> paths_of(ObjectId id) override;
    void hold() override;
    // Rows of the state at or below `scope`, absences included, in order.
    Status each_reported(const std::string& scope, const std::function<bool(const Observation&)>& visit);
    Result<std::optional<std::string>> value(const std::string& key);

private:
    struct Impl;
    explicit KnownStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
