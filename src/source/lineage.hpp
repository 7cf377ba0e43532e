// Processes as the kernel itself tells them: who forked whom, and which program each has run since. Exact also for one that is gone, and
// when its number has become another's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "touchstone/actor.hpp"
#include "touchstone/probe.hpp"

namespace touchstone {

// Not thread-safe. Bounded: processes that have ended go first, the longest gone before the others.
class Lineage {
public:
    // Reads a process that began before it could be told; nullopt when it is not there, or is another one. Its `start` is compared by the caller.
    struct Running {
        Process process;
        std::int32_t parent = 0;
        std::uint64_t start_ticks = 0;
    };
    using Read = std::function<std::optional<Running>(std::int32_t pid)>;
    using EntityId = std::function<std::string(std::int32_t pid, std::uint64_t start_ticks)>;
    using CgroupPath = std::function<std::string(std::uint64_t id)>;

    struct Setup {
        std::size_t limit = 8192;
        WallTime booted{};
        Nanoseconds tick{};  // of start_ticks
        Read read;
        EntityId entity_id;
        CgroupPath cgroup_path;
    };
    explicit Lineage(Setup setup) : setup_(std::move(setup)) {}

    void forked(const ForkRecord& fork);
    void executed(const ExecRecord& exec);
    void exited(const ExitRecord& exit);
    // One that began before the probes could tell, as it is now: so it is known when it has gone by its first touch. At most `limit` are kept.
    void remember(std::int32_t pid, Running running);
    bool knows(std::int32_t pid) const { return bearers_.contains(pid) || before_.contains(pid); }
    // Records were lost: what is known may be of the past.
    void doubt();

    // Null when it was never told and cannot be read any more.
    ActorRef find(ProcessKey key, const Credentials* credentials);
    // Who has that number (`alive`: not reaped when this was asked), or had it last; null when that is not known for certain.
    ActorRef find(std::int32_t pid, bool alive);

    std::size_t size() const { return lives_.size(); }

private:
    // Shared with descendants; never changed.
    using Node = std::shared_ptr<const Process>;
    struct Life {
        Node self;
        std::vector<Node> ancestors;  // nearest first
        ActorRef actor;               // made when first asked for
        bool ended = false;
        bool reused = false;  // another one had the number not long before
    };
    struct Hash {
        std::size_t operator()(const ProcessKey& key) const { return std::hash<std::uint64_t>{}(key.start ^ static_cast<std::uint64_t>(key.pid) << 40); }
    };

    std::uint64_t ticks(std::uint64_t start) const { return start / static_cast<std::uint64_t>(setup_.tick.count()); }
    void identify(Process& process, ProcessKey key) const;
    Life* life_of(ProcessKey key);
    Life* read(ProcessKey key);
    std::optional<Running> look_up(std::int32_t pid, std::uint64_t latest) const;
    std::vector<Node> line_of(ProcessKey parent);
    Life& enter(ProcessKey key, Node self, std::vector<Node> ancestors);
    ActorRef actor_of(Life& life, const Credentials* credentials);
    void trim();

    Setup setup_;
    std::unordered_map<ProcessKey, Life, Hash> lives_;
    std::unordered_map<std::int32_t, ProcessKey> bearers_;  // the latest of each number
    std::unordered_map<std::int32_t, Running> before_;      // remembered, and not met since
    std::deque<ProcessKey> ended_;                          // the longest gone first
};

}  // namespace touchstone
