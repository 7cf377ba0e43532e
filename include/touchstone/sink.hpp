// Where events go. A sink takes events in order and says how far it has come; the outbox (state.hpp) keeps what it has not taken.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "touchstone/result.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

class EventSink {
public:
    virtual ~EventSink() = default;
    virtual const std::string& name() const = 0;  // of its cursor: "json", "journald"

    // After a start: finds out which of `owed` (events after cursor.delivered, in order) it has already, repairs what a kill left
    // (a torn last line is cut), and returns the cursor that is true now. Called before the first deliver(), with all that is owed: what
    // is not in `owed` is not recognised. After an error it may be called again.
    virtual Result<Cursor> resume(const Cursor& cursor, std::span<const OutgoingEvent> owed) = 0;

    // Takes events in order; returns how many were taken, which is less than all only together with a failure kept for
    // failure(). What was taken survives a kill of this process; a power loss only after flush().
    virtual std::size_t deliver(std::span<const OutgoingEvent> events) = 0;
    virtual const Error& failure() const = 0;

    // What was taken survives a power loss. Returns the cursor to remember.
    virtual Result<Cursor> flush() = 0;

    // SIGHUP, or the file was rotated or removed: open again at the configured place.
    virtual Status reopen() = 0;
};

// One JSON object a line, appended to a file (0600 when made, O_APPEND, directory made when missing), or to stdout for "-".
// Notices by itself that the file was renamed (by identity, before each delivery) and opens a new one. When it, or its directory, was
// removed, deliver() fails once; reopen() makes it anew.
// A short write (full disk) is cut back to the last whole line. Position: "dev:inode:offset". Missing directories are made 0750.
std::unique_ptr<EventSink> make_json_sink(std::string path);

// sd_journal_sendv. resume() asks the journal which of the owed event ids it has, so that nothing is doubled after a kill.
// A journald that is absent, or does not read, is a failure within a quarter of a second; journald writes out by its own clock, so
// flush() promises no more than that it was handed over.
std::unique_ptr<EventSink> make_journald_sink();

}  // namespace touchstone
