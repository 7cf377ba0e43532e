#include "privileges.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <pwd.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

namespace touchstone::cli {
namespace {

std::string content_of(const char* file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

bool holds(std::uint64_t set, unsigned capability) { return (set >> capability & 1) != 0; }

std::string user_name(uid_t uid) {
    std::string buffer(16384, '\0');
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return fmt::format("uid {}", uid);
    return found->pw_name;
}

std::string login_uid() {
    std::string text = content_of("/proc/self/loginuid");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text == "4294967295" ? std::string() : text;
}

}  // namespace

const std::vector<Capability>& wanted_capabilities() {
    static const std::vector<Capability> kWanted{
        {CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "file system marks of fanotify"},
        {CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "reading every watched file, and finding it by its handle"},
        {CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "naming the executable of processes of other users"},
        {CAP_FOWNER, "CAP_FOWNER", "reading files of other users without changing their access time"},
    };
    return kWanted;
}

std::uint64_t parse_effective(std::string_view proc_status) {
    constexpr std::string_view kKey = "\nCapEff:";
    auto at = proc_status.find(kKey);
    if (at == std::string_view::npos) return 0;
    at = proc_status.find_first_not_of(" \t", at + kKey.size());
    if (at == std::string_view::npos) return 0;
    std::uint64_t set = 0;
    std::from_chars(proc_status.data() + at, proc_status.data() + proc_status.size(), set, 16);
    return set;
}

std::uint64_t effective_capabilities() { return parse_effective(content_of("/proc/self/status")); }

std::string missing_file_capabilities() {
    const std::uint64_t held = effective_capabilities();
    std::string missing;
    if (!holds(held, CAP_DAC_READ_SEARCH)) missing += "CAP_DAC_READ_SEARCH";
    if (!holds(held, CAP_DAC_OVERRIDE)) missing += missing.empty() ? "CAP_DAC_OVERRIDE" : ", CAP_DAC_OVERRIDE";
    return missing;
}

std::string systemd_unit() {
    char* unit = nullptr;
    if (::sd_pid_get_unit(0, &unit) < 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> owned(unit, std::free);
    return unit;
}

// What sudo says is only an environment variable; it stands beside the login uid, which nobody can change, and does not replace it.
std::string who_am_i() {
    std::string detail;
    if (const std::string login = login_uid(); !login.empty()) detail = "login uid " + login;
    if (const char* sudo = std::getenv("SUDO_USER"); sudo && *sudo) detail += fmt::format("{}by sudo from {}", detail.empty() ? "" : ", ", sudo);
    const std::string name = user_name(::getuid());
    return detail.empty() ? name : fmt::format("{} ({})", name, detail);
}

}  // namespace touchstone::cli
