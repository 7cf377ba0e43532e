// The daemon's answers on the control socket.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include <spdlog/spdlog.h>

#include "approval_notice.hpp"
#include "clock.hpp"
#include "daemon.hpp"
#include "refusals.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using Json = nlohmann::ordered_json;

Json queue(std::size_t waiting, std::size_t limit) { return {{"waiting", waiting}, {"limit", limit}}; }

Json time_or_null(WallTime time) { return time == WallTime{} ? Json(nullptr) : Json(to_rfc3339(time)); }

std::uint64_t whole_seconds(Nanoseconds time) { return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count()); }

// Downwards: 100 means all of them.
double percent(double share) { return std::floor(share * 10'000) / 100; }

Json verification(const Config& config, const Patrol::Report& patrol) {
    if (config.verify.period == Nanoseconds{}) return {{"on", false}};
    const auto& rounds = patrol.rounds;
    const auto& last = rounds.last();
    const auto objects = last ? last->objects : patrol.known;
    Json json{{"on", true}, {"period_seconds", whole_seconds(config.verify.period)}, {"oldest", time_or_null(rounds.oldest())}};
    json["verified_within_period_percent"] = percent(rounds.share_since(wall_now() - config.verify.period, objects));
    json["objects"] = objects;
    json["round_begun"] = time_or_null(rounds.now().begun);
    json["round_objects"] = rounds.now().objects;
    json["round_bytes"] = rounds.now().bytes;
    json["round_measured"] = rounds.now().measured;
    json["round_measured_bytes"] = rounds.now().measured_bytes;
    json["looked_at_again"] = rounds.now().differences;
    json["last_round_ended"] = last ? time_or_null(last->ended) : Json(nullptr);
    if (last) json["last_round_seconds"] = whole_seconds(last->ended - last->begun);
    if (last) json["last_round_unreadable"] = last->unreadable;
    json["held_back"] = patrol.held_back;
    return json;
}

Json text_diffs(const Config& config, const Differ::Report& report) {
    if (!report.on) return {{"on", false}};
    return {{"on", true},
            {"copies", report.copies},
            {"copies_limit", config.diff.copies},
            {"bytes", report.bytes},
            {"bytes_limit", config.diff.copies_bytes},
            {"made", report.diffs},
            {"missing", report.missing},
            {"refused", report.refused},
            {"damaged", report.damaged},
            {"failed", report.failed},
            {"failure", printable(report.failure)},
            {"unopened", printable(report.unopened)}};
}

std::string refused(const std::string& why) { return Json{{"ok", false}, {"error", why}}.dump(); }

}  // namespace

// The one source of what `status`, the metrics and the heartbeat say.
Json Daemon::figures() const {
    const Config& config = loaded_.config;
    const auto touches = touches_->counters();
    const auto kernel = source_->counters();
    const auto& recorder = recorder_->counters();
    const auto sweep = sweeper_->report();
    const auto baseline = recorder_->baseline_report();

    Json json;
    json["watching"] = ready_ && !stopped_;
    json["pid"] = ::getpid();
    json["since"] = ready_ ? to_rfc3339(watching_since_) : "";
    json["version"] = host_.version;
    json["baseline"] = {{"path", printable(config.baseline.path)}, {"present", baseline.present}};
    if (baseline.present) {
        json["baseline"]["id"] = baseline.info.id;
        json["baseline"]["objects"] = baseline.info.objects;
        json["baseline"]["built_at"] = to_rfc3339(baseline.info.built_at);
    }
    json["sources"] = Json::array();
    for (const auto& mark : source_->marks())
        json["sources"].push_back(
            {{"source", "fanotify"}, {"mount_point", printable(mark.mount_point)}, {"type", mark.type}, {"how", mark.how}, {"why", mark.why}});
    if (probes_) {
        const auto counters = probes_->counters();
        json["probes"] = {{"tier", name_of(probes_->tier())}, {"records", counters.records}, {"lost", counters.lost}, {"lost_processes", counters.lost_processes}, {"missed", counters.missed},
                          {"repeated", counters.repeated}, {"unwatched", counters.unwatched}, {"malformed", counters.malformed}};
    } else {
        json["probes"] = {{"tier", "none"}, {"why", printable(no_probes_)}};
    }
    json["queues"]["touch_set"] = queue(touches.waiting, config.limits.touch_set);
    json["queues"]["touch_set"]["peak"] = touches.waiting_peak;
    json["queues"]["touch_set"]["out_for_a_look"] = touches.looked_at;
    json["queues"]["looked_at"] = queue(recorder_->queue().size(), config.limits.pending);
    json["queues"]["looked_at"]["peak"] = recorder_->queue().peak();
    json["queues"]["gaps"] = queue(touches.gaps, config.limits.gaps);
    json["queues"]["amendable"] = queue(recorder.amendable, config.limits.amendable);
    json["queues"]["unsaved"] = queue(recorder.unsaved, config.limits.outbox);
    json["counters"] = {{"kernel_events", kernel.events},
                        {"kernel_events_unwatched", kernel.unwatched},
                        {"kernel_overflows", kernel.overflows},
                        {"kernel_unresolved", kernel.unresolved},
                        {"directories", kernel.directories},
                        {"linked_names", kernel.links},
                        {"touches", touches.touches},
                        {"touches_coalesced", touches.coalesced},
                        {"touch_set_overflows", touches.overflows},
                        {"looks", recorder.looks.load()},
                        {"looks_without_difference", recorder.quiet.load()},
                        {"looks_again", recorder.again.load()},
                        {"findings", recorder.findings.load()},
                        {"unamendable", recorder.unamendable.load()},
                        {"gaps", recorder.gaps.load()},
                        {"notices", recorder.notices.load()}};
    json["findings"] = Json::object();
    for (const auto verdict : {Verdict::unexpected, Verdict::expected, Verdict::authorized})
        json["findings"][std::string(name_of(verdict))] = recorder.by_verdict.at(static_cast<std::size_t>(verdict)).load();
    const auto sequence = recorder.sequence.load();
    json["sequence"] = sequence;
    json["providers"]["failing"] = Json::object();
    for (const auto& [provider, why] : provider_health_.failing()) json["providers"]["failing"][provider] = printable(why);
    json["outputs"] = Json::array();
    for (const auto& output : recorder_->outputs())
        json["outputs"].push_back({{"name", output.name},
                                   {"delivered", output.delivered},
                                   {"waiting", sequence - std::min(sequence, output.delivered)},
                                   {"failure", printable(output.failure)}});
    json["diff"] = text_diffs(config, differ_->report());
    json["long_looks"] = Json::array();
    for (const auto& look : verifier_->slow_looks())
        json["long_looks"].push_back({{"path", printable(look.path)}, {"bytes", look.bytes}, {"read", look.read}, {"since", to_rfc3339(look.since)}});
    json["sweep"] = {{"running", sweep.running}, {"finished", sweep.sweeps}, {"last_reason", sweep.last_reason}, {"skipped", printable(skipped_text(sweep.skipped))}};
    if (sweep.sweeps > 0) {
        json["sweep"]["last_finished"] = to_rfc3339(sweep.last_finished);
        json["sweep"]["last_objects"] = sweep.last.objects;
        json["sweep"]["last_looks"] = sweep.last.looks;
    }
    json["verification"] = verification(config, patrol_->report());
    const Json last = Json::parse(last_comparison_, nullptr, false);
    json["last_full_comparison"] = last.is_object() ? last : Json(nullptr);
    json["heartbeat"] = {{"period_seconds", whole_seconds(config.heartbeat.period)}, {"last", time_or_null(heartbeat_.last())}};
    if (metrics_) {
        const auto report = metrics_->report();
        json["metrics"] = {{"path", printable(config.metrics.path)}, {"written", report.written}, {"failure", printable(report.failure)}};
    }
    return json;
}

// Handed in while no watch was on.
void Daemon::announce_approvals() {
    recorder_->queue().push_now(Command([this, directory = loaded_.config.state.path] {
        auto notices = waiting_approval_notices(directory);
        if (!notices) return spdlog::warn("approvals: {}", printable(notices.error().what));
        for (auto& notice : *notices) recorder_->emit(std::move(notice));
    }));
}

std::string Daemon::answer(const std::string& request) {
    const Json json = Json::parse(request, nullptr, false);
    if (!json.is_object() || !json.contains("do") || !json["do"].is_string()) return refused("the request is not an object with \"do\"");
    const std::string verb = json["do"];
    const std::string ok = Json{{"ok", true}}.dump();
    if (verb == "status") return figures().dump(-1, ' ', false, Json::error_handler_t::replace);
    if (verb == "baseline-changed") return baseline_changed(), ok;
    if (verb == "approval") return recorder_->queue().push_now(*approval_notice(request)), ok;
    if (verb == "hook-failed") {
        if (!json.contains("refused") || !json["refused"].is_string()) return refused("\"refused\" is missing, or is no text");
        recorder_->queue().push_now(refused_hook(json["refused"]));
        return ok;
    }
    if (verb == "look") {
        if (!json.contains("paths_hex") || !json["paths_hex"].is_array()) return refused("\"paths_hex\" is missing");
        for (const auto& each : json["paths_hex"]) {
            const auto path = each.is_string() ? from_hex(each.get<std::string>()) : std::nullopt;
            if (!path || !path->starts_with('/')) return refused("\"paths_hex\" holds something that is not an absolute path in hex");
            const auto rule = policy_->rule_for(*path);
            if (!rule) continue;
            Touch touch;
            touch.path = *path;
            touch.verify_all = true;
            touch.only_compares = rule->profile != Profile::log;  // whose old part is not read at the kernel's word, whoever wrote there
            touch.actor_unknown = "found by a full comparison";
            touch.wall = wall_now();
            touch.at = steady_now();
            touches_->touch(std::move(touch));
        }
        return ok;
    }
    if (verb == "checked") {
        if (!take_report(json)) return refused("the report lacks \"text\", \"severity\" or \"details\", or they are not texts");
        return ok;
    }
    return refused("unknown request: " + printable(verb));
}

}  // namespace touchstone
