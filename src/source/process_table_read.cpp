#include "process_table_read.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include "number.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxStat = 2048;
constexpr std::size_t kMaxStatus = 4096;  // the ids stand near its beginning
constexpr std::size_t kMaxCgroup = 16384;
constexpr int kAttempts = 3;

// Cuts the next word off `text`, at any run of the separators.
std::string_view next_word(std::string_view& text, std::string_view separators) {
    text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
    const auto word = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(word.size());
    return word;
}

// What follows `key` on the line that begins with it.
std::optional<std::string_view> line_of(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        if (line.starts_with(key)) return line.substr(key.size());
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return std::nullopt;
}

std::optional<std::string> read_at(int directory, const char* name, std::size_t at_most) {
    const Fd fd(::openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY));
    if (!fd) return std::nullopt;
    std::string text(at_most, '\0');
    std::size_t filled = 0;
    while (filled < at_most) {
        const auto got = ::read(fd.get(), text.data() + filled, at_most - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
    const auto open = text.find('(');
    const auto close = text.rfind(')');  // a name may hold anything, ")" and newlines too
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
    ProcessStat stat;
    stat.name = text.substr(open + 1, close - open - 1);
    text.remove_prefix(close + 1);
    const auto state = next_word(text, " \n");
    const auto parent = number<std::int32_t>(next_word(text, " \n"));
    constexpr int kBetween = 17;  // from pgrp to itrealvalue
    for (int i = 0; i < kBetween; ++i) next_word(text, " \n");
    const auto start = number<std::uint64_t>(next_word(text, " \n"));
    if (state.size() != 1 || !parent || !start) return std::nullopt;
    stat.state = state[0];
    stat.parent = *parent;
    stat.start_ticks = *start;
    return stat;
}

bool parse_process_ids(std::string_view text, Process& process) {
    auto users = line_of(text, "Uid:");
    auto groups = line_of(text, "Gid:");
    if (!users || !groups) return false;
    const auto real = number<std::uint32_t>(next_word(*users, " \t"));
    const auto effective = number<std::uint32_t>(next_word(*users, " \t"));
    next_word(*groups, " \t");
    const auto group = number<std::uint32_t>(next_word(*groups, " \t"));
    if (!real || !effective || !group) return false;
    process.real_uid = *real;
    process.uid = *effective;
    process.gid = *group;
    return true;
}

std::vector<std::string> split_arguments(std::string_view text, bool cut) {
    std::vector<std::string> arguments;
    while (!text.empty()) {
        const auto end = text.find('\0');
        if (arguments.size() == Process::kMaxArguments) {
            arguments.back() = "...";
            return arguments;
        }
        arguments.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (!cut) return arguments;
    if (arguments.size() == Process::kMaxArguments) arguments.pop_back();
    arguments.emplace_back("...");
    return arguments;
}

std::string cgroup_path(std::string_view text) {
    const auto unified = line_of(text, "0::").value_or("");
    if (!unified.empty() && unified != "/") return std::string(unified);
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        const auto found = line.find(":name=systemd:");
        if (found != std::string_view::npos) return std::string(line.substr(line.find('/', found) == std::string_view::npos ? line.size() : line.find('/', found)));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return std::string(unified);
}

std::string container_id_in(std::string_view cgroup) {
    constexpr std::size_t kDigits = 64;
    for (std::size_t end = cgroup.size(); end > 0;) {
        if (!is_hex(cgroup[end - 1])) {
            --end;
            continue;
        }
        std::size_t begin = end;
        while (begin > 0 && is_hex(cgroup[begin - 1])) --begin;
        if (end - begin == kDigits) return std::string(cgroup.substr(begin, kDigits));
        end = begin;
    }
    return {};
}

ProcessDirectory::ProcessDirectory(std::int32_t pid)
    : pid_(pid), fd_(::open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

std::optional<std::string> ProcessDirectory::file(const char* name, std::size_t at_most) const { return read_at(fd_.get(), name, at_most); }

std::optional<ProcessStat> ProcessDirectory::stat() const {
    const auto text = file("stat", kMaxStat);
    return text ? parse_process_stat(*text) : std::nullopt;
}

std::string ProcessDirectory::executable() const {
    std::array<char, PATH_MAX> target;
    const auto length = ::readlinkat(fd_.get(), "exe", target.data(), target.size());
    return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string();
}

std::optional<Process> ProcessDirectory::read(ProcessStat& stat_out) const {
    Process process;
    process.pid = pid_;
    // An exec in between would mix two programs: the executable must be the same before and after.
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        process.executable = executable();
        const auto now = stat();
        const auto status = file("status", kMaxStatus);
        if (!now || !status || !parse_process_ids(*status, process)) return std::nullopt;
        const auto arguments = file("cmdline", Process::kMaxArgumentsBytes + 1).value_or("");
        const bool cut = arguments.size() > Process::kMaxArgumentsBytes;
        process.args = split_arguments(std::string_view(arguments).substr(0, Process::kMaxArgumentsBytes), cut);
        process.name = now->name;
        stat_out = *now;
        if (executable() == process.executable) break;
    }
    process.cgroup = cgroup_path(file("cgroup", kMaxCgroup).value_or(""));
    process.container_id = container_id_in(process.cgroup);
    auto login = file("loginuid", 32).value_or("");
    std::string_view digits = login;
    const auto login_uid = number<std::uint32_t>(next_word(digits, " \n"));
    if (login_uid && *login_uid != UINT32_MAX) process.login_uid = login_uid;
    const auto audit = file("sessionid", 32).value_or("");
    digits = audit;
    const auto session = number<std::uint32_t>(next_word(digits, " \n"));
    if (session && *session != UINT32_MAX) process.session = session;
    struct stat names {};
    if (::fstatat(fd_.get(), "ns/pid", &names, 0) == 0) process.pid_namespace = static_cast<std::uint32_t>(names.st_ino);
    if (::fstatat(fd_.get(), "ns/mnt", &names, 0) == 0) process.mount_namespace = static_cast<std::uint32_t>(names.st_ino);
    return process;
}

bool is_pidfd_of(int pidfd, std::int32_t pid) {
    const auto text = read_at(AT_FDCWD, ("/proc/self/fdinfo/" + std::to_string(pidfd)).c_str(), 1024);
    if (!text) return false;
    auto found = line_of(*text, "Pid:");
    return found && number<std::int32_t>(next_word(*found, " \t")) == pid;  // -1 once it is reaped
}

std::vector<std::int32_t> running_processes() {
    std::vector<std::int32_t> pids;
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
    while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr)
        if (const auto pid = number<std::int32_t>(entry->d_name)) pids.push_back(*pid);
    return pids;
}

std::int64_t boot_time() {
    // Before "btime" comes the "intr" line, as long as the machine has interrupt lines.
    const auto text = read_at(AT_FDCWD, "/proc/stat", 1u << 20);
    if (!text) return 0;
    auto found = line_of(*text, "btime");
    return found ? number<std::int64_t>(next_word(*found, " ")).value_or(0) : 0;
}

}  // namespace touchstone
