// One process as /proc shows it. Every file is read with a bound; the parsers take any bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/actor.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {

// proc_pid_stat(5), as far as it is of use.
struct ProcessStat {
    std::string name;
    char state = '?';
    std::int32_t parent = 0;
    std::uint64_t start_ticks = 0;  // after boot
    bool ended() const { return state == 'Z' || state == 'X'; }
};
std::optional<ProcessStat> parse_process_stat(std::string_view text);

// proc_pid_status(5): false when a line is missing or bad.
bool parse_process_ids(std::string_view text, Process& process);

// proc_pid_cmdline(5); `cut`: there was more than `text`.
std::vector<std::string> split_arguments(std::string_view text, bool cut);

// proc_pid_cgroup(5): the unified hierarchy's path, or systemd's where that says nothing.
std::string cgroup_path(std::string_view text);
// The last run of exactly 64 lower-case hex digits, else "".
std::string container_id_in(std::string_view cgroup);

// A /proc/PID that was opened keeps meaning the same process: once that is reaped, nothing can be read through it.
class ProcessDirectory {
public:
    explicit ProcessDirectory(std::int32_t pid);
    explicit operator bool() const { return static_cast<bool>(fd_); }

    std::optional<ProcessStat> stat() const;
    std::string executable() const;  // "" of kernel threads and zombies

    // Everything but entity_id and start. nullopt when it was reaped meanwhile. A zombie has neither executable nor arguments.
    std::optional<Process> read(ProcessStat& stat) const;

private:
    std::optional<std::string> file(const char* name, std::size_t at_most) const;
    std::int32_t pid_;
    Fd fd_;
};

// What the kernel says about a pidfd in fdinfo: is it of this pid, and not reaped yet?
bool is_pidfd_of(int pidfd, std::int32_t pid);

// Of this pid namespace, the youngest numbers last.
std::vector<std::int32_t> running_processes();

// When the machine was booted, seconds since 1970 (btime); 0 when unknown.
std::int64_t boot_time();

}  // namespace touchstone
