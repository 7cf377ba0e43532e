#include "delivery.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace touchstone {
namespace {

constexpr std::size_t kPart = 512;
constexpr std::size_t kStalledPart = 32;
// What was delivered but not yet remembered when the daemon was killed is at most what fits between two flushes.
constexpr std::size_t kUnremembered = 64 * kPart;
constexpr Nanoseconds kRetryEvery = std::chrono::seconds(1);
constexpr Nanoseconds kStallRetry = std::chrono::milliseconds(20);
constexpr Nanoseconds kStallPatience = std::chrono::seconds(5);  // a reader that has not read for so long has failed

}  // namespace

Status Delivery::set_outputs(std::vector<std::unique_ptr<EventSink>> sinks, SteadyTime now) {
    if (!outputs_.empty()) (void)flush(now);
    outputs_.clear();
    std::vector<std::string> names;
    for (auto& sink : sinks) {
        names.push_back(sink->name());
        outputs_.emplace_back().sink = std::move(sink);
    }
    if (auto kept = state_.forget_cursors_except(names); !kept) return kept;
    for (auto& output : outputs_)
        if (auto resumed = resume(output); !resumed) failed(output, resumed.error(), now);
    return {};
}

Status Delivery::resume(Output& output) {
    const auto cursor = state_.cursor(output.sink->name());
    if (!cursor) return fail(cursor.error());
    // A new output begins at the present end. That must stay its beginning, whatever fails from now on.
    (void)state_.set_cursor(output.sink->name(), *cursor);  // on a full disk it is not; then the first flush places it
    output.delivered = output.durable = cursor->delivered;
    const auto owed = state_.after(cursor->delivered, kUnremembered);
    if (!owed) return fail(owed.error());
    const auto truth = output.sink->resume(*cursor, *owed);
    if (!truth) return fail(truth.error());
    output.delivered = truth->delivered;
    output.resumed = true;
    return {};
}

void Delivery::deliver(std::span<const OutgoingEvent> events, bool committed, SteadyTime now) {
    if (events.empty()) return;
    if (committed)
        uncommitted_.reset();
    else if (!uncommitted_)
        uncommitted_ = events.front().sequence;
    for (auto& output : outputs_) {
        if (output.behind) continue;
        auto rest = events;
        while (!rest.empty() && rest.front().sequence <= output.delivered) rest = rest.subspan(1);
        if (rest.empty()) continue;
        if (rest.front().sequence == output.delivered + 1)
            take(output, rest, now);
        else
            output.behind = true;
    }
}

// True when all of them were taken.
bool Delivery::take(Output& output, std::span<const OutgoingEvent> events, SteadyTime now) {
    const std::size_t taken = output.sink->deliver(events);
    if (taken > 0) {
        output.delivered = events[taken - 1].sequence;
        output.stalled_since.reset();
    }
    if (taken == events.size()) return true;
    const Error& error = output.sink->failure();
    if (error.code == EAGAIN)
        stalled(output, error, now);
    else
        failed(output, error, now);
    return false;
}

bool Delivery::advance(SteadyTime now) {
    bool any = false;
    for (auto& output : outputs_)
        if (output.behind && now >= output.retry_at) any |= next_part(output, now);
    return any;
}

std::optional<SteadyTime> Delivery::next_advance() const {
    std::optional<SteadyTime> next;
    for (const auto& output : outputs_)
        if (output.behind) next = std::min(next.value_or(SteadyTime::max()), output.retry_at);
    return next;
}

bool Delivery::next_part(Output& output, SteadyTime now) {
    if (auto ready = !output.resumed ? resume(output) : output.broken ? output.sink->reopen() : Status{}; !ready) {
        failed(output, ready.error(), now);
        return false;
    }
    output.broken = false;
    const std::size_t part = output.stalled_since ? kStalledPart : kPart;
    const auto owed = state_.after(output.delivered, part);
    if (!owed) {
        failed(output, owed.error(), now);
        return false;
    }
    const auto before = output.delivered;
    if (owed->empty() || take(output, *owed, now)) {
        output.retry_at = now;
        if (owed->size() < part) output.behind = false;
        if (!output.behind && output.durable >= remembered(output)) recovered(output);
    }
    return output.delivered != before;
}

// Of a failure there may be more than its reader knows until what was delivered is flushed.
void Delivery::recovered(Output& output) {
    output.failure.clear();
    if (!std::exchange(output.announced, false)) return;
    Notice notice;
    notice.action = NoticeAction::output_recovered;
    notice.text = fmt::format("output {} works again and has caught up", output.sink->name());
    notice.details = {{"output", output.sink->name()}, {"delivered", std::to_string(output.delivered)}};
    notices_.push_back(std::move(notice));
}

void Delivery::stalled(Output& output, const Error& error, SteadyTime now) {
    if (!output.stalled_since) output.stalled_since = now;
    if (now - *output.stalled_since >= kStallPatience) return failed(output, error, now);
    output.behind = true;
    output.retry_at = now + std::clamp(now - *output.stalled_since, kStallRetry, kRetryEvery);
}

void Delivery::failed(Output& output, const Error& error, SteadyTime now) {
    output.behind = output.broken = true;
    output.retry_at = now + kRetryEvery;
    output.failure = error.what.empty() ? "failed" : error.what;
    if (std::exchange(output.announced, true)) return;  // the same trouble still
    Notice notice;
    notice.action = NoticeAction::output_failed;
    notice.severity = Severity::high;
    notice.text = fmt::format("output {} failed: {}; its events are kept and delivered when it works again", output.sink->name(), output.failure);
    notice.details = {{"output", output.sink->name()}, {"error", output.failure}, {"delivered", std::to_string(output.delivered)}};
    notices_.push_back(std::move(notice));
}

bool Delivery::needs_flush() const {
    return std::any_of(outputs_.begin(), outputs_.end(), [&](const Output& output) { return output.durable < remembered(output); });
}

// A number that was not committed is given again after a kill, to another event: a cursor must not speak of it.
std::uint64_t Delivery::remembered(const Output& output) const {
    return uncommitted_ ? std::min(output.delivered, *uncommitted_ - 1) : output.delivered;
}

Status Delivery::flush(SteadyTime now) {
    if (!needs_flush()) return {};
    std::vector<std::pair<Output*, Cursor>> flushed;
    for (auto& output : outputs_) {
        if (output.durable >= remembered(output)) continue;
        auto cursor = output.sink->flush();
        if (!cursor) {
            failed(output, cursor.error(), now);
            continue;
        }
        if (!output.behind) recovered(output);
        cursor->delivered = remembered(output);
        flushed.emplace_back(&output, std::move(*cursor));
    }
    if (flushed.empty()) return {};
    std::uint64_t everybody = UINT64_MAX;
    for (const auto& output : outputs_) {
        const auto at = std::find_if(flushed.begin(), flushed.end(), [&](const auto& each) { return each.first == &output; });
        everybody = std::min(everybody, at == flushed.end() ? output.durable : at->second.delivered);
    }
    if (auto begun = state_.begin(); !begun) return begun;
    for (const auto& [output, cursor] : flushed)
        if (auto set = state_.set_cursor(output->sink->name(), cursor); !set) return state_.rollback(), set;
    if (auto dropped = state_.drop_through(everybody); !dropped) return state_.rollback(), dropped;
    if (auto committed = state_.commit(); !committed) return state_.rollback(), committed;
    for (const auto& [output, cursor] : flushed) output->durable = cursor.delivered;
    return {};
}

void Delivery::reopen(SteadyTime now) {
    for (auto& output : outputs_) {
        output.retry_at = now;
        if (!output.resumed) continue;
        if (auto reopened = output.sink->reopen(); !reopened) failed(output, reopened.error(), now);
    }
}

bool Delivery::full() {
    if (std::none_of(outputs_.begin(), outputs_.end(), [](const Output& output) { return output.behind; })) return false;
    const auto size = state_.outbox_size();
    if (!size || *size < outbox_limit_) return false;
    for (std::size_t i = 1; i < outputs_.size(); ++i) give_up(outputs_[i]);
    return outputs_.front().behind;
}

// An output beside the first may not hold up the others for ever: the events are in the first one.
void Delivery::give_up(Output& output) {
    if (!output.behind || outputs_.front().delivered <= output.delivered) return;
    Notice notice;
    notice.action = NoticeAction::output_failed;
    notice.severity = Severity::high;
    notice.text = fmt::format("output {} has failed for so long that {} events were given up for it; output {} has them", output.sink->name(),
                              outputs_.front().delivered - output.delivered, outputs_.front().sink->name());
    notice.details = {{"output", output.sink->name()},
                      {"first_given_up", std::to_string(output.delivered + 1)},
                      {"last_given_up", std::to_string(outputs_.front().delivered)}};
    notices_.push_back(std::move(notice));
    output.delivered = output.durable = outputs_.front().delivered;
    (void)state_.set_cursor(output.sink->name(), {output.delivered, ""});  // refused, it is given what is left in the outbox then
}

std::vector<Notice> Delivery::take_notices() { return std::exchange(notices_, {}); }

std::vector<Delivery::Report> Delivery::report() const {
    std::vector<Report> reports;
    for (const auto& output : outputs_) reports.push_back({output.sink->name(), output.delivered, output.failure});
    return reports;
}

}  // namespace touchstone
