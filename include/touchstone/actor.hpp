// Who did it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/time.hpp"

namespace touchstone {

// One process as it was when it was first seen. Strings are bytes as the kernel gives them, bounded (kMax...).
struct Process {
    static constexpr std::size_t kMaxArguments = 64;       // more are cut, and the last is "..."
    static constexpr std::size_t kMaxArgumentsBytes = 4096;

    std::string entity_id;  // stable for one process: derived from machine id, boot id, pid and start time; never reused
    std::int32_t pid = 0;
    WallTime start{};
    std::string name;        // comm
    std::string executable;  // "" when unknown (a kernel thread, or gone)
    std::vector<std::string> args;
    std::uint32_t uid = 0;   // effective
    std::uint32_t gid = 0;
    std::uint32_t real_uid = 0;
    std::optional<std::uint32_t> login_uid;  // absent when not set (4294967295)
    std::string cgroup;                      // path of the unified hierarchy, or of systemd's on cgroup v1
    std::string container_id;                // 64 hex digits found in `cgroup`, else ""
    std::optional<std::uint32_t> session;    // of audit; absent when not set
    std::string tty;                         // "" when there is none or it was not told
    std::uint32_t pid_namespace = 0;         // inode of the namespace; 0 when not told
    std::uint32_t mount_namespace = 0;
};

// A process and its parents, nearest first, at most eight.
struct Actor {
    static constexpr std::size_t kMaxAncestors = 8;
    Process process;
    std::vector<Process> ancestors;
};
using ActorRef = std::shared_ptr<const Actor>;

}  // namespace touchstone
