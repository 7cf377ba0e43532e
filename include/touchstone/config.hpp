// The configuration (DESIGN.md 5.2, touchstone.toml(5)): read, checked, and with the origin of every value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "touchstone/digest.hpp"
#include "touchstone/fanotify_marks.hpp"
#include "touchstone/probe_use.hpp"
#include "touchstone/providers.hpp"
#include "touchstone/result.hpp"
#include "touchstone/rule.hpp"
#include "touchstone/text_diff.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

inline constexpr const char* kDefaultConfigPath = "/etc/touchstone/touchstone.toml";

struct Config {
    struct Baseline {
        std::string path = "/var/lib/touchstone/baseline/baseline.db";
        DigestAlgorithm digest = DigestAlgorithm::sha256;
    } baseline;

    struct State {
        std::string path = "/var/lib/touchstone/state";  // a directory
    } state;

    std::vector<Rule> watches;  // [[watch]], all files together, in order

    struct Sources {
        ProbeUse ebpf = ProbeUse::automatic;                // "automatic", "off", "required"
        FanotifyMarks fanotify = FanotifyMarks::automatic;  // "automatic", "filesystem", "directory"
        std::vector<std::string> filesystems;  // types watched below a watch although networked, FUSE or pseudo: ["nfs4"]
    } sources;

    ProviderSettings providers;  // [providers.dpkg], [providers.rpm], ..., [approvals]

    struct Settle {
        Nanoseconds successor = std::chrono::milliseconds(20);  // a name that is new, has gone or was renamed waits this long
        Nanoseconds quiet = std::chrono::milliseconds(500);     // a file that stays open is looked at when this long quiet
        Nanoseconds patience = std::chrono::seconds(5);         // and at the latest after this long
    } settle;

    enum class IoClass { idle, normal };
    struct Verify {
        unsigned threads = 2;                             // 1 to 64
        Nanoseconds log_period = std::chrono::hours(1);   // [verify] log_period: old parts of logs are read again this often
        Nanoseconds period = std::chrono::hours(24);      // everything else is verified once in this time, in the background; 0: never
        std::uint32_t cpu_percent = 5;                    // of one CPU, at most, for that
        IoClass io = IoClass::idle;                       // "idle", "normal"
        bool measure = true;                              // verity = "measure", "read": are files that fs-verity holds measured or read
        bool back_off = true;                             // wait while others wait for the CPU, disks or memory, and on battery
        std::vector<std::string> tags{"pci-dss-11.5.2", "nist-si-7", "nist-si-7(1)"};  // on the reports of full comparisons
    } verify;

    struct Heartbeat {
        Nanoseconds period = std::chrono::hours(1);  // 0: never
    } heartbeat;

    struct JsonOutput {
        bool enabled = true;
        std::string path = "/var/log/touchstone/events.jsonl";  // "-" is stdout
    } json;
    struct JournaldOutput {
        bool enabled = true;
    } journald;
    struct MetricsOutput {
        bool enabled = false;
        std::string path = "/var/lib/prometheus/node-exporter/touchstone.prom";
        Nanoseconds period = std::chrono::seconds(15);
        bool operator==(const MetricsOutput&) const = default;
    } metrics;

    // Every queue and buffer. None may be 0 except kernel_queue (0: unlimited). Tests set them tiny.
    struct Limits {
        std::uint32_t kernel_queue = 0;        // fanotify events; any other number keeps the kernel's own default limit
        std::uint32_t touch_set = 500'000;     // names waiting to be looked at
        std::uint32_t pending = 1'024;         // looked-at groups waiting for the recorder
        std::uint32_t outbox = 1'000'000;      // events kept for an output that fails
        std::uint32_t gaps = 256;              // scopes waiting to be swept; more become one gap of everything
        std::uint32_t actors = 256;            // writers remembered for each touched name
        std::uint32_t processes = 8'192;       // processes remembered
        std::uint32_t group = 256;             // names that renames may link into one group
        std::uint32_t amendable = 4'096;      // unexpected findings that evidence which comes late may still amend
        std::uint32_t probe_ring = 8'388'608;  // bytes for records of the probes; rounded up to a power of two
        std::uint32_t probe_watched = 2'000'000;  // objects known to the probes at most; some 120 bytes of the kernel's memory each, as they come
        std::uint32_t probe_told = 65'536;     // touches that are not told again until their object is looked at
    } limits;

    DiffSettings diff;  // [diff]

    struct Log {
        std::string level = "info";  // operational log: trace, debug, info, warn, error
    } log;
};

// Where a value came from: "default" or "FILE:LINE". Keys are dotted: "baseline.path", "watch[0].path".
using Origins = std::map<std::string, std::string>;

struct LoadedConfig {
    Config config;
    Origins origins;
    std::vector<std::string> files;     // those read, in order
    std::vector<std::string> warnings;  // legal, yet likely not what was meant; each with file and line
};

// Reads FILE, then conf.d/*.toml beside it in name order (byte order). Tables merge, later keys win, [[watch]] appends.
// Unknown key, wrong type, impossible value (relative path, `..` in a path, unknown profile, duplicate watch path, zero limit,
// patience < quiet, no watch at all): bad_input, whose `what` names file and line, shows the line with the offending text
// underlined, and says what would be right. A file that cannot be read: system or no_permission. Durations are strings with a
// unit: "20ms", "5s", "1h", "1d". Blocks on file reads; reads at most 1 MiB a file.
Result<LoadedConfig> load_config(const std::filesystem::path& file);

// For `config show`: one line each "key = value  # origin", and the same as a JSON object {key: {"value":…, "origin":…}}.
std::string show_config(const LoadedConfig& loaded);
std::string show_config_json(const LoadedConfig& loaded);

}  // namespace touchstone
