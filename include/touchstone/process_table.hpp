// Who: processes, remembered from the first event on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "touchstone/actor.hpp"
#include "touchstone/probe.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

// Remembers processes, so that one is known from its first event on, also after it has gone. Bounded by number (`limit`) and by bytes
// (2 KiB times `limit`, one MiB at least); the longest unseen go first. Intake thread only. Blocks on /proc, which does not wait.
class ProcessTable {
public:
    ProcessTable(std::size_t limit, std::string machine_id, std::string boot_id);
    ~ProcessTable();

    // pidfd: from the event (FAN_REPORT_PIDFD); -1 when the process has been reaped. Not taken over. Identity is the pidfs inode where the
    // kernel has one (6.9), else the start time. Null with *why filled when nothing certain is known: never a guess.
    // A process that has run another program since gives another Actor with the same entity_id; its ancestors stay those of the first sight.
    // With pidfd -1 a remembered process of that pid is taken when its last event was read at most kLinger ago and no process bears the pid
    // now: pids are handed out in a circle, so within so short a time another one cannot have come and gone under it, unless somebody
    // made that many processes for it.
    ActorRef find(std::int32_t pid, int pidfd, SteadyTime now, std::string* why);

    // Forks, execs and exits as the probes tell them, in their order; anything else is left alone. A process that was told is known exactly, also
    // after it has gone and its number is another's.
    void learn(const ProbeRecord& record);
    // Some were lost: nothing that was told holds for certain any more.
    void doubt();
    // Where probes tell: reads about `most` of the processes that began before them, so that each is known when it has gone by its first touch. Call now and
    // then, for ever: what doubt() made unknown is read again.
    void fill(std::size_t most);
    // The process of a probe's touch, with the credentials that it had then.
    ActorRef find(ProcessKey process, const Credentials& credentials, std::string* why);

    static constexpr Nanoseconds kLinger = std::chrono::seconds(2);
    std::size_t size() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
