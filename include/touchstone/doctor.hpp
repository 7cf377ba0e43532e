// The doctor: what this kernel and this installation can and cannot see, and what to do about it.
#pragma once

#include <string>
#include <vector>

#include "touchstone/config.hpp"
#include "touchstone/policy.hpp"

namespace touchstone {

struct Diagnosis {
    enum class Level { ok, warn, fail };
    Level level = Level::ok;
    std::string subject;  // "kernel", "watch /etc"; may hold any bytes
    std::string meaning;  // one sentence
    std::string advice;   // what to do; "" when there is nothing to do
};
std::string_view name_of(Diagnosis::Level level);

// Each tries the real thing and leaves nothing behind: fanotify groups made are closed, files are only opened for reading.
std::vector<Diagnosis> examine_kernel();
std::vector<Diagnosis> examine_privileges();
// What OpenSSL offers, and whether it is in FIPS mode.
std::vector<Diagnosis> examine_digests();
// `probes`: they can be used.
std::vector<Diagnosis> examine_watches(const Config& config, const Policy& policy, bool probes);
std::vector<Diagnosis> examine_installation(const LoadedConfig& loaded);
// Loads and attaches the probes as the watch would, and lets them go: one diagnosis for each, or why there are none and what is therefore not seen.
std::vector<Diagnosis> examine_probes(ProbeUse use);
// What this version does not see at once, whatever the kernel; `period` is [verify]'s.
std::vector<Diagnosis> examine_limits_of_sight(Nanoseconds period);

// 0 when nothing fails, else 1.
int exit_status(const std::vector<Diagnosis>& diagnoses);

// Safe for a terminal.
std::string describe(const std::vector<Diagnosis>& diagnoses);

}  // namespace touchstone
