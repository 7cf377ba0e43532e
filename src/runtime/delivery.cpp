#include "delivery.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace touchstone {
namespace {

constexpr std::size_t kCatchUpBatch = 512;
constexpr Nanoseconds kRetryEvery = std::chrono::seconds(1);

}  // namespace

Status Delivery::set_outputs(std::vector<std::unique_ptr<EventSink>> sinks, SteadyTime now) {
    if (!outputs_.empty()) (void)flush();
    outputs_.clear();
    std::vector<std::string> names;
    for (auto& sink : sinks) {
        names.push_back(sink->name());
        outputs_.push_back(Output{std::move(sink), 0, {}, {}, false});
    }
    if (auto kept = state_.forget_cursors_except(names); !kept) return kept;
    for (auto& output : outputs_) {
        if (auto resumed = resume(output); !resumed)
            failed(output, resumed.error(), now);
        else
            catch_up(output, now);
    }
    return {};
}

Status Delivery::resume(Output& output) {
    const auto cursor = state_.cursor(output.sink->name());
    if (!cursor) return fail(cursor.error());
    output.delivered = cursor->delivered;
    // What was delivered but not yet remembered when the daemon was killed is at most what fits between two flushes.
    const auto owed = state_.after(cursor->delivered, kCatchUpBatch * 64);
    if (!owed) return fail(owed.error());
    const auto truth = output.sink->resume(*cursor, *owed);
    if (!truth) return fail(truth.error());
    output.delivered = truth->delivered;
    output.unflushed = true;
    return {};
}

void Delivery::deliver(std::span<const OutgoingEvent> events, bool committed, SteadyTime now) {
    for (auto& output : outputs_) {
        if (!output.failure.empty()) continue;
        auto rest = events;
        while (!rest.empty() && rest.front().sequence <= output.delivered) rest = rest.subspan(1);
        if (rest.empty()) continue;
        if (rest.front().sequence == output.delivered + 1)
            take(output, rest, now);
        else if (committed)
            catch_up(output, now);
    }
}

void Delivery::take(Output& output, std::span<const OutgoingEvent> events, SteadyTime now) {
    const std::size_t taken = output.sink->deliver(events);
    if (taken > 0) {
        output.delivered = events[taken - 1].sequence;
        output.unflushed = true;
    }
    if (taken < events.size()) failed(output, output.sink->failure(), now);
}

void Delivery::catch_up(Output& output, SteadyTime now) {
    while (output.failure.empty()) {
        const auto owed = state_.after(output.delivered, kCatchUpBatch);
        if (!owed) return failed(output, owed.error(), now);
        if (owed->empty()) return;
        take(output, *owed, now);
    }
}

void Delivery::retry(SteadyTime now) {
    for (auto& output : outputs_) {
        if (output.failure.empty() || now < output.retry_at) continue;
        if (auto reopened = output.sink->reopen(); !reopened) {
            output.retry_at = now + kRetryEvery;
            continue;
        }
        output.failure.clear();
        catch_up(output, now);
        if (output.failure.empty())
            recovered(output);
        else
            notices_.pop_back();  // still the same trouble: it has been said
    }
}

void Delivery::failed(Output& output, const Error& error, SteadyTime now) {
    output.retry_at = now + kRetryEvery;
    output.failure = error.what.empty() ? "failed" : error.what;
    Notice notice;
    notice.action = NoticeAction::output_failed;
    notice.severity = Severity::high;
    notice.text = fmt::format("output {} failed: {}; its events are kept and delivered when it works again", output.sink->name(), output.failure);
    notice.details = {{"output", output.sink->name()}, {"error", output.failure}, {"delivered", std::to_string(output.delivered)}};
    notices_.push_back(std::move(notice));
}

void Delivery::recovered(Output& output) {
    Notice notice;
    notice.action = NoticeAction::output_recovered;
    notice.text = fmt::format("output {} works again and has caught up", output.sink->name());
    notice.details = {{"output", output.sink->name()}, {"delivered", std::to_string(output.delivered)}};
    notices_.push_back(std::move(notice));
}

bool Delivery::needs_flush() const {
    return std::any_of(outputs_.begin(), outputs_.end(), [](const Output& output) { return output.unflushed; });
}

Status Delivery::flush() {
    if (!needs_flush()) return {};
    std::uint64_t everybody = UINT64_MAX;
    std::vector<std::pair<std::string, Cursor>> cursors;
    for (auto& output : outputs_) {
        everybody = std::min(everybody, output.delivered);
        if (!output.unflushed) continue;
        auto cursor = output.sink->flush();
        if (!cursor) {
            if (output.failure.empty()) failed(output, cursor.error(), output.retry_at);
            continue;
        }
        cursor->delivered = output.delivered;
        cursors.emplace_back(output.sink->name(), *cursor);
    }
    if (auto begun = state_.begin(); !begun) return begun;
    for (const auto& [name, cursor] : cursors)
        if (auto set = state_.set_cursor(name, cursor); !set) return state_.rollback(), set;
    if (auto dropped = state_.drop_through(everybody); !dropped) return state_.rollback(), dropped;
    if (auto committed = state_.commit(); !committed) return state_.rollback(), committed;
    for (auto& output : outputs_) output.unflushed = false;
    return {};
}

void Delivery::reopen(SteadyTime now) {
    for (auto& output : outputs_)
        if (auto reopened = output.sink->reopen(); !reopened && output.failure.empty()) failed(output, reopened.error(), now);
}

bool Delivery::full() {
    const bool failing = std::any_of(outputs_.begin(), outputs_.end(), [](const Output& output) { return !output.failure.empty(); });
    if (!failing) return false;
    const auto size = state_.outbox_size();
    if (!size || *size < outbox_limit_) return false;
    for (std::size_t i = 1; i < outputs_.size(); ++i) give_up(outputs_[i]);
    return !outputs_.front().failure.empty();
}

// An output beside the first may not hold up the others for ever: the events are in the first one.
void Delivery::give_up(Output& output) {
    if (output.failure.empty() || outputs_.front().delivered <= output.delivered) return;
    Notice notice;
    notice.action = NoticeAction::output_failed;
    notice.severity = Severity::high;
    notice.text = fmt::format("output {} has failed for so long that {} events were given up for it; output {} has them", output.sink->name(),
                              outputs_.front().delivered - output.delivered, outputs_.front().sink->name());
    notice.details = {{"output", output.sink->name()},
                      {"first_given_up", std::to_string(output.delivered + 1)},
                      {"last_given_up", std::to_string(outputs_.front().delivered)}};
    notices_.push_back(std::move(notice));
    output.delivered = outputs_.front().delivered;
    output.unflushed = true;
}

std::vector<Notice> Delivery::take_notices() { return std::exchange(notices_, {}); }

std::vector<Delivery::Report> Delivery::report() const {
    std::vector<Report> reports;
    for (const auto& output : outputs_) reports.push_back({output.sink->name(), output.delivered, output.failure});
    return reports;
}

}  // namespace touchstone
