#include "dpkg/processes.hpp"

#include <fmt/format.h>

#include <charconv>

#include "dpkg/files.hpp"
#include "dpkg/stanza.hpp"

namespace touchstone::dpkg {

namespace {

struct ProcessStat {
    std::string name;
    std::vector<std::string> fields;  // behind the name: state, parent, ...
};
constexpr std::size_t kParent = 1, kStart = 19;

// /proc/PID/stat: the name stands in parentheses and may hold any.
std::optional<ProcessStat> stat_of(std::int32_t pid) {
    const auto text = read_file(fmt::format("/proc/{}/stat", pid), 4096);
    const auto begin = text ? text->find('(') : std::string::npos;
    const auto end = text ? text->rfind(')') : std::string::npos;
    if (begin == std::string::npos || end == std::string::npos || end < begin) return std::nullopt;
    ProcessStat stat{text->substr(begin + 1, end - begin - 1), words_of(std::string_view(*text).substr(end + 1))};
    return stat.fields.size() > kStart ? std::optional(std::move(stat)) : std::nullopt;
}

template <class Number>
std::optional<Number> number_in(const std::string& text) {
    Number number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::optional<std::uint64_t> start_of(std::int32_t pid) {
    const auto stat = stat_of(pid);
    return stat ? number_in<std::uint64_t>(stat->fields[kStart]) : std::nullopt;
}

std::int32_t caller_behind_shells(std::int32_t pid) {
    for (int depth = 0; depth < 16 && pid > 1; ++depth) {
        const auto stat = stat_of(pid);
        if (!stat) return 0;
        if (stat->name != "sh" && stat->name != "dash" && stat->name != "bash") return pid;
        pid = number_in<std::int32_t>(stat->fields[kParent]).value_or(0);
    }
    return 0;
}

}  // namespace touchstone::dpkg
