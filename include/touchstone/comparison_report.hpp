// The report of a full comparison, for an auditor to file: the notice sweep-finished, whoever compared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/baseline.hpp"
#include "touchstone/config.hpp"
#include "touchstone/event.hpp"

namespace touchstone {

// What differs, by kind. The kinds count unexpected differences only, as the exit status does. A rename is a name that vanished and one that appeared.
struct Counts {
    std::uint64_t appeared = 0, vanished = 0, changed = 0, unreadable = 0;
    std::uint64_t expected = 0, authorized = 0;  // further differences, of any kind

    void add(const Finding& finding);
    std::uint64_t total() const { return appeared + vanished + changed + unreadable; }
    // The sum of DESIGN.md 5.1; `unlisted` directories could not be verified.
    int exit_status(std::uint64_t unlisted = 0) const;
};

inline constexpr const char* kEveryWatch = "every watch";  // the detail "scopes" when there are none

struct ComparisonReport {
    std::string reason;                 // "check", "verification"
    std::string started_by;             // "root (login uid 1000)"
    std::vector<std::string> scopes;    // paths and all below them; empty: every watch
    std::optional<BaselineInfo> baseline;
    WallTime begun{}, ended{};
    std::uint64_t objects = 0, bytes = 0;
    std::uint64_t measured = 0, measured_bytes = 0;  // of the objects, files verified by fs-verity; not read because of that
    Counts differences;                 // of what is now, from the baseline
    std::uint64_t unverified = 0;       // objects and whole directories that could not be read
    int exit = 0;
    std::vector<std::string> skipped;   // mount points not entered
    std::map<std::string, std::string> more;  // what only one of them knows
};

// Tagged by [verify] tags; of low severity when nothing differs and all was verified, else medium.
Notice notice_of(const ComparisonReport& report, const Config& config);

// For a verb that finds no daemon running: straight into the journal, where [output.journald] is enabled; the JSON log is the daemon's alone. Its
// event.sequence is 0, for the numbers are the daemon's too. Blocks up to a quarter of a second.
Status tell_journal(const Config& config, const Notice& notice, WallTime at);

}  // namespace touchstone
