// Who we are and what we may do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone::cli {

struct Capability {
    unsigned number;
    std::string_view name;
    std::string_view purpose;
};

// Those that the watch needs, in the order in which they matter.
const std::vector<Capability>& wanted_capabilities();

// CapEff of /proc/self/status; 0 when it cannot be read.
std::uint64_t effective_capabilities();
std::uint64_t parse_effective(std::string_view proc_status);

// Capabilities that would let any file be read and written and are not held: "CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE"; "" when none.
std::string missing_file_capabilities();

// The unit of the service manager that this runs in, "touchstone-check.service" or "session-3.scope"; "" when there is none.
std::string systemd_unit();

// "root (login uid 1000, by sudo from alice)": real user, login uid where it is set, and what sudo(8) says.
std::string who_am_i();

}  // namespace touchstone::cli
