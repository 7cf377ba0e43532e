// Who: processes, remembered from the first event on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "touchstone/actor.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

// Remembers processes, so that one is known from its first event on, also after it has gone. Bounded; intake thread only.
class ProcessTable {
public:
    ProcessTable(std::size_t limit, std::string machine_id, std::string boot_id);
    ~ProcessTable();
    // pidfd: from the event (FAN_REPORT_PIDFD); -1 when the process has been reaped. Not taken over. Identity is the pidfs inode where the
    // kernel has one (6.9), else the start time. Null with *why filled when nothing certain is known: never a guess.
    ActorRef find(std::int32_t pid, int pidfd, SteadyTime now, std::string* why);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
