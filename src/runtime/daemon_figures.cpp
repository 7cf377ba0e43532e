// The daemon's part for what is said of how it goes: heartbeat and metrics when they are due, and the reports of `check`.
#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "clock.hpp"
#include "daemon.hpp"
#include "metrics.hpp"
#include "touchstone/comparison_report.hpp"

namespace touchstone {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostDetails = 64, kMostText = 16'384;

bool is_text(const Json& json) { return json.is_string() && json.get_ref<const std::string&>().size() <= kMostText; }

std::optional<Severity> severity_of(const Json& json) {
    for (const auto severity : {Severity::low, Severity::medium, Severity::high, Severity::critical})
        if (json == Json(name_of(severity))) return severity;
    return std::nullopt;
}

std::optional<Notice> report_of(const Json& request) {
    const auto text = request.value("text", Json()), details = request.value("details", Json());
    const auto severity = severity_of(request.value("severity", Json()));
    if (!is_text(text) || !severity || !details.is_object() || details.size() > kMostDetails) return std::nullopt;
    if (!std::all_of(details.begin(), details.end(), is_text)) return std::nullopt;
    Notice notice;
    notice.action = NoticeAction::sweep_finished;
    notice.text = text;
    notice.severity = *severity;
    notice.details = details.get<std::map<std::string, std::string>>();
    return notice;
}

// What status says of it: numbers as numbers.
Json summary_of(const Notice& report) {
    Json summary = Json::object();
    for (const char* key : {"begun", "ended", "started_by", "started_in", "baseline_id"})
        if (const auto found = report.details.find(key); found != report.details.end()) summary[key] = found->second;
    for (const char* key : {"exit", "objects", "bytes", "differences", "not_verified"}) {
        const auto found = report.details.find(key);
        if (found == report.details.end()) continue;
        std::uint64_t number = 0;
        const char* const end = found->second.data() + found->second.size();
        if (std::from_chars(found->second.data(), end, number).ptr == end) summary[key] = number;
    }
    return summary;
}

}  // namespace

// What another than `check` could say here is what root could write anywhere.
bool Daemon::take_report(const Json& request) {
    auto notice = report_of(request);
    if (!notice) return false;
    notice->details["reason"] = "check";
    notice->tags = loaded_.config.verify.tags;
    if (notice->details["scopes"] == kEveryWatch) {
        last_comparison_ = summary_of(*notice).dump(-1, ' ', false, Json::error_handler_t::replace);
        recorder_->queue().push_now(Command([this, text = last_comparison_] { recorder_->remember("last_full_comparison", text); }));
    }
    recorder_->queue().push_now(std::move(*notice));
    return true;
}

// Every second.
void Daemon::say_how_it_goes() {
    const auto now = steady_now();
    const auto period = loaded_.config.heartbeat.period;
    const bool beat = ready_ && period != Nanoseconds{} && now - beaten_ >= period;
    const bool measure = metrics_ != nullptr && now - loaded_.config.metrics.period >= measured_;
    if (!beat && !measure) return;
    const auto status = figures();
    if (beat) {
        beaten_ = now;
        recorder_->queue().push_now(heartbeat_.beat(status, wall_now()));
    }
    if (measure) {
        measured_ = now;
        metrics_->put(metrics_of(status));
    }
}

}  // namespace touchstone
