#include "metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

namespace touchstone {
namespace {

using Json = nlohmann::ordered_json;

// How a value of the status becomes a number.
enum class Kind {
    gauge,
    counter,
    time,     // a text in RFC 3339: seconds since 1970
    percent,  // a ratio
    flag,     // 1 when true, or a text that is not empty
    info,     // a text: the label of a metric that is always 1
};

struct Metric {
    std::string_view name;
    Kind kind;
    std::string_view help;
    std::string_view where;        // JSON pointer into the status
    std::string_view label = "";   // each member of the object, or item of the array, there is a sample with this label: its key, or its "name"
    std::string_view member = "";  // and this in it is the value
};

constexpr std::array kMetrics{
    Metric{"build_info", Kind::info, "Version of the running touchstone.", "/version", "version"},
    Metric{"watching", Kind::flag, "1 when every touch is sure to be seen.", "/watching"},
    Metric{"watching_since_timestamp_seconds", Kind::time, "When the watch began.", "/since"},
    Metric{"baseline_present", Kind::flag, "1 when a baseline is in force.", "/baseline/present"},
    Metric{"baseline_info", Kind::info, "Identifier of the baseline in force.", "/baseline/id", "id"},
    Metric{"baseline_objects", Kind::gauge, "Objects in the baseline.", "/baseline/objects"},
    Metric{"baseline_built_timestamp_seconds", Kind::time, "When the baseline was built.", "/baseline/built_at"},
    Metric{"probes_info", Kind::info, "Tier of the eBPF probes in use.", "/probes/tier", "tier"},
    Metric{"probe_records_total", Kind::counter, "Records made by the probes, lost ones among them.", "/probes/records"},
    Metric{"probe_lost_records_total", Kind::counter, "Touches that found no room in the ring of the probes.", "/probes/lost"},
    Metric{"probe_lost_process_records_total", Kind::counter, "Records of processes that found no room in the ring of the probes.", "/probes/lost_processes"},
    Metric{"probe_missed_runs_total", Kind::counter, "Times that a probe was not run because it ran already on that CPU.", "/probes/missed"},
    Metric{"probe_repeated_touches_total", Kind::counter, "Touches that the probes had told already.", "/probes/repeated"},
    Metric{"probe_unwatched_changes_total", Kind::counter, "Changes of objects that nobody watches.", "/probes/unwatched"},
    Metric{"probe_malformed_records_total", Kind::counter, "Records of the probes that could not be understood.", "/probes/malformed"},
    Metric{"queue_waiting", Kind::gauge, "What waits in the queue.", "/queues", "queue", "waiting"},
    Metric{"queue_limit", Kind::gauge, "What the queue may hold.", "/queues", "queue", "limit"},
    Metric{"queue_peak", Kind::gauge, "The most that has waited in the queue.", "/queues", "queue", "peak"},
    Metric{"kernel_events_total", Kind::counter, "Events read from fanotify.", "/counters/kernel_events"},
    Metric{"kernel_unwatched_events_total", Kind::counter, "Events of objects that nobody watches.", "/counters/kernel_events_unwatched"},
    Metric{"kernel_overflows_total", Kind::counter, "Overflows of the queue of fanotify.", "/counters/kernel_overflows"},
    Metric{"kernel_unresolved_events_total", Kind::counter, "Events whose directory had gone and was not known.", "/counters/kernel_unresolved"},
    Metric{"directories", Kind::gauge, "Directories known to the watch.", "/counters/directories"},
    Metric{"linked_names", Kind::gauge, "Names of files that have several.", "/counters/linked_names"},
    Metric{"touches_total", Kind::counter, "Touches received.", "/counters/touches"},
    Metric{"touches_coalesced_total", Kind::counter, "Touches that met their name already waiting.", "/counters/touches_coalesced"},
    Metric{"touch_set_overflows_total", Kind::counter, "Touches that found no room and became gaps.", "/counters/touch_set_overflows"},
    Metric{"looks_total", Kind::counter, "Names looked at and judged.", "/counters/looks"},
    Metric{"looks_without_difference_total", Kind::counter, "Looks that found nothing different.", "/counters/looks_without_difference"},
    Metric{"looks_again_total", Kind::counter, "Looks repeated because the object was still changing.", "/counters/looks_again"},
    Metric{"findings_total", Kind::counter, "Findings by verdict.", "/findings", "verdict"},
    Metric{"findings_unamendable_total", Kind::counter, "Unexpected findings that later evidence cannot amend, for want of room.", "/counters/unamendable"},
    Metric{"provider_failing", Kind::flag, "1 while the source of truth cannot be read.", "/providers/failing", "provider"},
    Metric{"gaps_total", Kind::counter, "Gaps: touches may have been missed, and were looked for.", "/counters/gaps"},
    Metric{"notices_total", Kind::counter, "Notices.", "/counters/notices"},
    Metric{"events_sequence", Kind::gauge, "Sequence number of the last event.", "/sequence"},
    Metric{"output_delivered_sequence", Kind::gauge, "Sequence number of the last event that the output has taken.", "/outputs", "output", "delivered"},
    Metric{"output_waiting_events", Kind::gauge, "Events that the output has not taken yet.", "/outputs", "output", "waiting"},
    Metric{"output_failing", Kind::flag, "1 while the output fails.", "/outputs", "output", "failure"},
    Metric{"sweep_running", Kind::flag, "1 while a sweep is running.", "/sweep/running"},
    Metric{"sweeps_total", Kind::counter, "Sweeps that have ended.", "/sweep/finished"},
    Metric{"sweep_last_finished_timestamp_seconds", Kind::time, "When the last sweep ended.", "/sweep/last_finished"},
    Metric{"sweep_last_objects", Kind::gauge, "Objects that the last sweep compared.", "/sweep/last_objects"},
    Metric{"sweep_last_looks", Kind::gauge, "Objects that the last sweep had looked at again.", "/sweep/last_looks"},
    Metric{"verification_enabled", Kind::flag, "1 when everything is verified in the background.", "/verification/on"},
    Metric{"verification_period_seconds", Kind::gauge, "Within this everything is to be verified.", "/verification/period_seconds"},
    Metric{"verification_oldest_timestamp_seconds", Kind::time, "Everything was verified at this time or later; missing until then.", "/verification/oldest"},
    Metric{"verification_within_period_ratio", Kind::percent, "Share of the objects that was verified within the period.", "/verification/verified_within_period_percent"},
    Metric{"verification_objects", Kind::gauge, "Objects that are verified.", "/verification/objects"},
    Metric{"verification_held_back", Kind::flag, "1 while the verification waits for the host to have less to do.", "/verification/held_back"},
    Metric{"verification_round_begun_timestamp_seconds", Kind::time, "When the present round began.", "/verification/round_begun"},
    Metric{"verification_round_objects", Kind::gauge, "Objects verified in the present round.", "/verification/round_objects"},
    Metric{"verification_round_bytes", Kind::gauge, "Bytes read in the present round.", "/verification/round_bytes"},
    Metric{"verification_round_looks", Kind::gauge, "Objects found different in the present round, and looked at again.", "/verification/looked_at_again"},
    Metric{"verification_last_round_ended_timestamp_seconds", Kind::time, "When the last whole round ended.", "/verification/last_round_ended"},
    Metric{"verification_last_round_seconds", Kind::gauge, "How long the last whole round took.", "/verification/last_round_seconds"},
    Metric{"verification_last_round_unreadable", Kind::gauge, "Objects that the last whole round could not verify.", "/verification/last_round_unreadable"},
    Metric{"check_last_ended_timestamp_seconds", Kind::time, "When the last full comparison by touchstone check ended.", "/last_full_comparison/ended"},
    Metric{"check_last_exit_status", Kind::gauge, "Exit status of that comparison: 0 when nothing differed.", "/last_full_comparison/exit"},
    Metric{"check_last_objects", Kind::gauge, "Objects compared by it.", "/last_full_comparison/objects"},
    Metric{"check_last_bytes", Kind::gauge, "Bytes read by it.", "/last_full_comparison/bytes"},
    Metric{"check_last_differences", Kind::gauge, "Differences found by it.", "/last_full_comparison/differences"},
    Metric{"check_last_not_verified", Kind::gauge, "Objects and directories that it could not verify.", "/last_full_comparison/not_verified"},
    Metric{"diff_copies", Kind::gauge, "Texts of which a copy is kept, so that their changes can be shown.", "/diff/copies"},
    Metric{"diff_copies_limit", Kind::gauge, "How many may be kept.", "/diff/copies_limit"},
    Metric{"diff_copies_bytes", Kind::gauge, "Bytes of these copies.", "/diff/bytes"},
    Metric{"diff_copies_bytes_limit", Kind::gauge, "How many bytes they may have.", "/diff/bytes_limit"},
    Metric{"diff_made_total", Kind::counter, "Differences of texts that were made.", "/diff/made"},
    Metric{"diff_missing_total", Kind::counter, "Differences that could not be made, for want of a copy of what was there before.", "/diff/missing"},
    Metric{"diff_refused_copies_total", Kind::counter, "Copies for which the limits left no room.", "/diff/refused"},
    Metric{"diff_damaged_copies_total", Kind::counter, "Copies that were not what they had been, and were not used.", "/diff/damaged"},
    Metric{"diff_failures_total", Kind::counter, "Times that the copies could not be read or written.", "/diff/failed"},
    Metric{"diff_unavailable", Kind::flag, "1 while the copies of texts cannot be opened, so that no difference can be shown.", "/diff/unopened"},
    Metric{"metrics_written_total", Kind::counter, "Times that this file was written before.", "/metrics/written"},
    Metric{"heartbeat_last_timestamp_seconds", Kind::time, "When the last heartbeat notice was given.", "/heartbeat/last"},
    Metric{"heartbeat_period_seconds", Kind::gauge, "Time from one heartbeat notice to the next; 0 for never.", "/heartbeat/period_seconds"},
};

std::optional<std::string> seconds_of(const std::string& rfc3339) {
    std::tm parts{};
    const char* rest = ::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return std::nullopt;
    return fmt::format("{}{}", ::timegm(&parts), std::string_view(rest).substr(0, 4));  // ".123"
}

std::optional<std::string> value_of(const Json& value, Kind kind) {
    if (value.is_null()) return std::nullopt;
    if (kind == Kind::time) return value.is_string() ? seconds_of(value) : std::nullopt;
    if (kind == Kind::info) return value.is_string() ? std::optional<std::string>("1") : std::nullopt;
    if (kind == Kind::flag) return value == Json(true) || (value.is_string() && !value.get_ref<const std::string&>().empty()) ? "1" : "0";
    if (!value.is_number()) return std::nullopt;
    return kind == Kind::percent ? fmt::format("{}", value.get<double>() / 100) : value.dump();
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

void add_sample(std::string& out, const Metric& metric, const Json& value, std::string_view label) {
    const auto number = value_of(value, metric.kind);
    if (!number) return;
    out += fmt::format("touchstone_{}", metric.name);
    if (!metric.label.empty()) out += fmt::format("{{{}=\"{}\"}}", metric.label, escaped(label));
    out += fmt::format(" {}\n", *number);
}

const Json& member_of(const Json& each, std::string_view member) {
    static const Json kNone;
    if (member.empty()) return each;
    const auto found = each.is_object() ? each.find(std::string(member)) : each.end();
    return found == each.end() ? kNone : *found;
}

std::string samples_of(const Metric& metric, const Json& at) {
    std::string out;
    if (metric.label.empty()) {
        add_sample(out, metric, at, "");
    } else if (metric.kind == Kind::info) {
        add_sample(out, metric, at, at.is_string() ? at.get<std::string>() : "");
    } else if (at.is_object()) {
        for (const auto& [key, each] : at.items()) add_sample(out, metric, member_of(each, metric.member), key);
    } else if (at.is_array()) {
        for (const auto& each : at) add_sample(out, metric, member_of(each, metric.member), each.value("name", ""));
    }
    return out;
}

}  // namespace

std::string metrics_of(const Json& status) {
    std::string out;
    for (const auto& metric : kMetrics) {
        const Json::json_pointer where{std::string(metric.where)};
        if (!status.contains(where)) continue;
        const auto samples = samples_of(metric, status.at(where));
        if (samples.empty()) continue;
        out += fmt::format("# HELP touchstone_{0} {1}\n# TYPE touchstone_{0} {2}\n{3}", metric.name, metric.help,
                           metric.kind == Kind::counter ? "counter" : "gauge", samples);
    }
    return out;
}

}  // namespace touchstone
