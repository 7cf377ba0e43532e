#include "heartbeat.hpp"

#include <fmt/format.h>

#include <array>

namespace touchstone {
namespace {

using Json = nlohmann::ordered_json;

struct Told {
    const char* detail;
    const char* where;  // JSON pointer into the status
};
// As they are now.
constexpr std::array kValues{
    Told{"watching", "/watching"},
    Told{"watching_since", "/since"},
    Told{"version", "/version"},
    Told{"probes", "/probes/tier"},
    Told{"baseline_id", "/baseline/id"},
    Told{"baseline_objects", "/baseline/objects"},
    Told{"directories", "/counters/directories"},
    Told{"touch_set_waiting", "/queues/touch_set/waiting"},
    Told{"touch_set_peak", "/queues/touch_set/peak"},
    Told{"looked_at_waiting", "/queues/looked_at/waiting"},
    Told{"looked_at_peak", "/queues/looked_at/peak"},
    Told{"unsaved", "/queues/unsaved/waiting"},
    Told{"verification_oldest", "/verification/oldest"},
    Told{"verified_within_period_percent", "/verification/verified_within_period_percent"},
    Told{"verification_objects", "/verification/objects"},
    Told{"verification_round_begun", "/verification/round_begun"},
    Told{"verification_round_objects", "/verification/round_objects"},
    Told{"verification_last_round_ended", "/verification/last_round_ended"},
    Told{"verification_held_back", "/verification/held_back"},
    Told{"last_full_comparison_ended", "/last_full_comparison/ended"},
    Told{"last_full_comparison_exit", "/last_full_comparison/exit"},
};
// What has come to them since the last heartbeat.
constexpr std::array kCounters{
    Told{"findings", "/counters/findings"},
    Told{"findings_unexpected", "/findings/unexpected"},
    Told{"gaps", "/counters/gaps"},
    Told{"notices", "/counters/notices"},
    Told{"looks", "/counters/looks"},
    Told{"touches", "/counters/touches"},
    Told{"kernel_events", "/counters/kernel_events"},
    Told{"kernel_overflows", "/counters/kernel_overflows"},
    Told{"touch_set_overflows", "/counters/touch_set_overflows"},
    Told{"probe_records_lost", "/probes/lost"},
    Told{"sweeps", "/sweep/finished"},
};

Json at(const Json& status, const std::string& where) {
    const Json::json_pointer pointer(where);
    return status.contains(pointer) ? status.at(pointer) : Json();
}

std::uint64_t number(const Json& status, const std::string& where) {
    const auto value = at(status, where);
    return value.is_number_integer() ? value.get<std::uint64_t>() : 0;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump(); }

std::string state_of(const Json& output) {
    const auto failure = text_of(output.value("failure", Json()));
    if (!failure.empty()) return "failing: " + failure;
    const auto waiting = number(output, "/waiting");
    return waiting == 0 ? "in step" : fmt::format("{} events behind", waiting);
}

}  // namespace

// A counter begins anew with the daemon, as this does.
std::uint64_t Heartbeat::since_last(const Json& status, const std::string& where) { return number(status, where) - number(told_, where); }

Notice Heartbeat::beat(const Json& status, WallTime now) {
    Notice notice;
    notice.action = NoticeAction::heartbeat;
    for (const auto& [detail, where] : kValues)
        if (auto text = text_of(at(status, where)); !text.empty()) notice.details[detail] = std::move(text);
    for (const auto& [detail, where] : kCounters) notice.details[detail] = std::to_string(since_last(status, where));
    for (const auto& output : at(status, "/outputs")) notice.details["output " + output.value("name", "")] = state_of(output);
    if (const auto metrics = at(status, "/metrics"); metrics.is_object()) notice.details["output metrics"] = state_of(metrics);
    notice.details["since"] = last_ == WallTime{} ? text_of(at(status, "/since")) : to_rfc3339(last_);
    const bool watching = at(status, "/watching") == Json(true);
    notice.text = fmt::format("{}: {} findings and {} gaps since {}", watching ? "watching" : "not watching yet", notice.details["findings"],
                              notice.details["gaps"], notice.details["since"].empty() ? "the start" : notice.details["since"]);
    told_ = status;
    last_ = now;
    return notice;
}

}  // namespace touchstone
