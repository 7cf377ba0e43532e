#include "lineage.hpp"

#include <algorithm>
#include <array>

#include "touchstone/bytes.hpp"

namespace touchstone::rpm {
namespace {

// Those that end with their transaction: of a daemon's scriptlets nothing shows in which of its transactions they ran.
constexpr std::array<std::string_view, 5> kPrograms{"/usr/bin/rpm", "/usr/bin/dnf5", "/usr/bin/microdnf", "/usr/bin/tdnf", "/usr/bin/zypper"};
constexpr std::array<std::string_view, 6> kPythonPrograms{"/usr/bin/dnf", "/usr/bin/dnf-3", "/usr/bin/yum", "/bin/dnf", "/bin/yum", "/usr/bin/dnf-automatic"};
constexpr std::array<std::string_view, 8> kOwnTrees{"/usr/lib/sysimage/rpm", "/var/lib/rpm",   "/usr/lib/sysimage/libdnf5", "/var/lib/dnf",
                                                    "/var/cache/dnf",        "/var/cache/libdnf5", "/var/cache/yum",            "/var/log/hawkey.log"};
constexpr std::array<std::string_view, 2> kBareScriptlets{"/sbin/ldconfig", "/usr/sbin/ldconfig"};  // `%post -p /sbin/ldconfig`
constexpr std::string_view kScript = "/var/tmp/rpm-tmp.";
constexpr std::size_t kMaxBefore = 4;  // the interpreter and its options, before the script
constexpr std::size_t kSuffix = 8;     // hexadecimal digits

template <class List>
bool has(const List& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_rpm(const Process& process) {
    if (has(kPrograms, process.executable)) return true;
    if (!process.executable.starts_with("/usr/bin/python") && !process.executable.starts_with("/usr/libexec/platform-python")) return false;
    return std::any_of(process.args.begin(), process.args.begin() + static_cast<long>(std::min(process.args.size(), kMaxBefore)),
                       [](const auto& argument) { return has(kPythonPrograms, argument); });
}

bool is_scriptlet(const Process& process) {
    if (!process.args.empty() && has(kBareScriptlets, process.args.front())) return true;
    return std::any_of(process.args.begin(), process.args.begin() + static_cast<long>(std::min(process.args.size(), kMaxBefore)),
                       [](const auto& argument) { return argument.find(kScript) != std::string::npos; });
}

}  // namespace

std::optional<Act> act_of(const Actor& actor) {
    if (is_rpm(actor.process)) return Act{actor.process.start, std::nullopt, actor.process.pid};
    const Process* below = &actor.process;
    for (const auto& ancestor : actor.ancestors) {
        if (is_rpm(ancestor)) return is_scriptlet(*below) ? std::optional(Act{ancestor.start, below->start, below->pid}) : std::nullopt;
        below = &ancestor;
    }
    return std::nullopt;
}

bool is_rpms_own(std::string_view path) {
    return std::any_of(kOwnTrees.begin(), kOwnTrees.end(), [&](auto tree) { return is_within(path, tree); }) || path.starts_with("/var/log/dnf");
}

std::string_view unpacked_for(std::string_view path) {
    const auto at = path.rfind(';');
    if (at == std::string_view::npos || at + 1 + kSuffix != path.size()) return {};
    const auto suffix = path.substr(at + 1);
    const bool is_hex = std::all_of(suffix.begin(), suffix.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    return is_hex ? path.substr(0, at) : std::string_view();
}

}  // namespace touchstone::rpm
