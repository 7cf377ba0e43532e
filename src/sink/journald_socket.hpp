// What sd_journal_sendv(3) does not tell: it returns success when there is no journald, and waits for ever when journald does not read.
#pragma once

#include "touchstone/fd.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

// A second socket to journald's, through which nothing is sent: connecting says whether somebody is there, polling whether there is room.
class JournaldSocket {
public:
    static Result<JournaldSocket> connect();
    Status wait_for_room() const;  // a moment only

private:
    explicit JournaldSocket(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

// Asks journald to take in and write out all that was sent to it so far (what `journalctl --sync` does). Waits five seconds at most.
Status synchronize_journal();

}  // namespace touchstone
