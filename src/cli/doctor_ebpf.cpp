#include <fmt/format.h>

#include "touchstone/doctor.hpp"
#include "touchstone/probe.hpp"

namespace touchstone {
namespace {

using Level = Diagnosis::Level;

constexpr const char* kUnseen =
    "not told at once are stores through shared mappings, writes by a loop device, inode flags and project ids, and who did it when the process has gone; "
    "file systems are marked as a whole, which costs everything on them";

std::string advice_for(const Error& error) {
    if (error.kind == ErrorKind::no_permission) return "run `touchstone doctor` and the watch as root; where they are, look at what confines them: a container, a system call filter, lockdown";
    return "use Linux 6.13 or newer (5.15 at least) with CONFIG_DEBUG_INFO_BTF=y; until then run `touchstone check` regularly: systemctl enable --now touchstone-check.timer";
}

Diagnosis diagnosis_of(const ProbeReport& report) {
    if (report.attached) return {Level::ok, report.name, "witnesses " + report.witnesses, ""};
    if (!report.missing) return {Level::ok, report.name, "would witness " + report.witnesses + ": " + report.why_not, ""};
    return {Level::warn, report.name, "does not witness " + report.witnesses + ": " + report.why_not,
            "run `touchstone check` regularly: systemctl enable --now touchstone-check.timer"};
}

Diagnosis mappings_of(Probes& probes) {
    const char* what = "files that stay mapped on file systems in memory (tmpfs): their further stores are not told";
    const auto mapped = probes.mapped();
    if (mapped) return {Level::ok, "iter/task_vma", fmt::format("finds {}, so they are looked at again, at least once a minute", what), ""};
    return {Level::warn, "iter/task_vma", fmt::format("does not find {}: {}", what, mapped.error().what),
            "run `touchstone check` regularly: systemctl enable --now touchstone-check.timer"};
}

}  // namespace

std::vector<Diagnosis> examine_probes(ProbeUse use) {
    if (use == ProbeUse::off)
        return {{Level::warn, "eBPF", std::string("switched off: ") + kUnseen, "set [sources] ebpf = \"automatic\""}};
    const auto loaded = Probes::load({.ring_bytes = 1, .watched = 1, .seen = 1, .tier = {}});
    if (!loaded) {
        const auto level = use == ProbeUse::required ? Level::fail : Level::warn;
        return {{level, "eBPF", loaded.error().what + "; " + kUnseen, advice_for(loaded.error())}};
    }
    std::vector<Diagnosis> out{{Level::ok, "eBPF", fmt::format("the probes can be used: {}", name_of((*loaded)->tier())), ""}};
    for (const auto& report : (*loaded)->reports()) out.push_back(diagnosis_of(report));
    out.push_back(mappings_of(**loaded));
    return out;
}

}  // namespace touchstone
