#include "sweeper.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "clock.hpp"
#include "fallbacks.hpp"

namespace touchstone {
namespace {

constexpr unsigned kWalkers = 2;
constexpr Nanoseconds kFirstRetry = std::chrono::seconds(1);
constexpr Nanoseconds kMappedEvery = std::chrono::seconds(10);
constexpr Nanoseconds kMappedSoon = std::chrono::seconds(1);  // after a sweep: when what it found has been looked at
constexpr Nanoseconds kLastRetry = std::chrono::minutes(10);

}  // namespace

std::string skipped_text(const std::vector<std::string>& skipped) {
    constexpr std::size_t kNamed = 100;
    if (skipped.size() <= kNamed) return fmt::format("{}", fmt::join(skipped, ", "));
    return fmt::format("{} and {} more", fmt::join(skipped.begin(), skipped.begin() + kNamed, ", "), skipped.size() - kNamed);
}

Sweeper::Sweeper(const Config& config, TouchSet& touches, FanotifySource& source, const Differ& differ, WorkQueue& out, Liveness& liveness)
    : config_(config), touches_(touches), source_(source), differ_(differ), out_(out), pulse_(liveness.add("sweep")) {}

Sweeper::~Sweeper() { stop(); }

void Sweeper::start(std::shared_ptr<const Policy> policy) {
    policy_ = std::move(policy);
    thread_ = std::thread([this] { run(); });
}

void Sweeper::stop() {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
}

void Sweeper::set_policy(std::shared_ptr<const Policy> policy) {
    const std::lock_guard lock(mutex_);
    policy_ = std::move(policy);
}

std::shared_ptr<const Policy> Sweeper::policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
}

void Sweeper::wake() {
    {
        const std::lock_guard lock(mutex_);
        ++wakes_;
    }
    asked_.notify_one();
}

void Sweeper::run() {
    while (!stopping_) {
        std::uint64_t wakes = 0;
        {
            const std::lock_guard lock(mutex_);
            wakes = wakes_;
        }
        find_mapped();
        if (const auto work = touches_.take_sweep()) {
            pulse_.beat();
            sweep(*work);
            continue;
        }
        std::unique_lock lock(mutex_);
        pulse_.wait();
        asked_.wait_for(lock, mapped_asked_ ? kMappedSoon : kMappedEvery, [&] { return wakes_ != wakes || stopping_; });
    }
    pulse_.wait();
}

void Sweeper::sweep(const TouchSet::Work& work) {
    if (work.gap) out_.push(*work.gap);
    {
        const std::lock_guard lock(mutex_);
        report_.running = work.sweep.reason;
    }
    const auto begun = steady_now();
    const auto ground = source_.sweep_begins();
    const auto result = run_sweep(work.sweep, *policy(), config_.sources.filesystems, kWalkers, touches_, hooks(work.sweep.learn));
    {
        const std::lock_guard lock(mutex_);
        ++report_.sweeps;
        report_.running.clear();
        report_.last_reason = work.sweep.reason;
        report_.last_finished = wall_now();
        if (result) report_.last = *result;
        if (result && work.sweep.scope.empty()) report_.skipped = result->skipped;
    }
    if (result && !result->cancelled) {
        retry_after_ = {};
        if (work.sweep.announce || work.gap) announce(work.sweep, *result, steady_now() - begun);
        if (work.sweep.learn) learned(work.sweep.scope, ground);
        return;
    }
    // Cut short by the end of the daemon: the next start sweeps everything.
    if (!stopping_) failed(work, result ? Error{"cancelled"} : result.error());
}

void Sweeper::learned(const std::string& scope, std::uint64_t ground) {
    if (!scope.empty()) return source_.scope_swept(scope, ground);
    if (covered_) covered_(ground);
    mapped_asked_ = true;
    mapped_due_ = steady_now() + kMappedSoon;
}

// Not by the intake thread, for it may take long.
void Sweeper::find_mapped() {
    const auto begun = steady_now();
    if (begun < mapped_due_ || (!mapped_asked_ && !source_.wants_mapped())) return;
    mapped_asked_ = false;
    mapped_due_ = begun + kMappedEvery;
    pulse_.beat();
    const auto found = source_.find_mapped();
    if (std::exchange(mapped_failed_, !found) || found) return;
    const std::string& why = found.error().what;
    out_.push(fallback(Severity::medium, fmt::format("further stores through shared mappings that are there already may be missed on tmpfs: {}", why),
                       "probes without iter/task_vma", why));
}

// What was asked for stays asked for. Waits longer each time, so that a lasting trouble does not fill the log.
void Sweeper::failed(const TouchSet::Work& work, const Error& error) {
    Notice notice;
    notice.action = NoticeAction::sweep_failed;
    notice.severity = Severity::high;
    notice.path = work.sweep.scope;
    notice.text = fmt::format("the sweep ({}) failed: {}; it is tried again", work.sweep.reason, error.what);
    out_.push(std::move(notice));
    if (error.kind == ErrorKind::corrupt) {
        without_baseline_ = true;
        if (corrupt_) corrupt_(error);
    }
    retry_after_ = std::clamp(2 * retry_after_, kFirstRetry, kLastRetry);
    {
        std::unique_lock lock(mutex_);
        pulse_.wait();
        asked_.wait_for(lock, retry_after_, [&] { return stopping_.load(); });
    }
    touches_.sweep(work.sweep);
}

void Sweeper::announce(const SweepRequest& request, const SweepResult& result, Nanoseconds took) {
    Notice notice;
    notice.action = NoticeAction::sweep_finished;
    notice.path = request.scope;
    notice.text = fmt::format("sweep finished ({}): {} objects compared, {} looked at again", request.reason, result.objects, result.looks);
    notice.details = {{"reason", request.reason},
                      {"depth", request.depth == SweepDepth::full ? "full" : "changed"},
                      {"directories", std::to_string(result.directories)},
                      {"objects", std::to_string(result.objects)},
                      {"looks", std::to_string(result.looks)},
                      {"vanished", std::to_string(result.vanished)},
                      {"failures", std::to_string(result.failures)},
                      {"milliseconds", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count())}};
    if (request.unwatched_since != WallTime{}) notice.details["unwatched_since"] = to_rfc3339(request.unwatched_since);
    if (!result.skipped.empty()) notice.details["skipped"] = skipped_text(result.skipped);
    out_.push(std::move(notice));
}

SweepHooks Sweeper::hooks(bool learn) {
    SweepHooks hooks;
    hooks.keep_going = [this] {
        pulse_.beat();
        return !stopping_;
    };
    hooks.wait_for_room = [this] {
        while (!touches_.has_room_for_sweep() && !stopping_) {
            pulse_.beat();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    };
    if (learn) {
        hooks.on_root = [this](const std::string& path) { source_.learn_way(path); };
        hooks.on_directory = [this](const std::string& path, int fd) { source_.learn_directory(path, fd); };
        hooks.on_link = [this](const std::string& directory, const std::string& name, int fd) { source_.learn_link(directory, name, fd); };
    }
    const auto rules = policy();
    const auto wants_diff = [](const RuleRef& rule) { return Differ::is_wanted(*rule); };
    if (std::any_of(rules->rules().begin(), rules->rules().end(), wants_diff))  // what stays as it is is looked at once, so that a copy of it is kept
        hooks.is_wanted = [this, rules](const std::string& path, std::uint64_t size) {
            const auto rule = rules->rule_for(path);
            return rule && Differ::is_wanted(*rule) && differ_.lacks(path, size);
        };
    hooks.open_known = [this]() -> Result<std::unique_ptr<KnownReader>> {
        auto opened = KnownStore::open(without_baseline_ ? "" : config_.baseline.path, config_.state.path);
        if (!opened && opened.error().kind == ErrorKind::corrupt) opened = KnownStore::open("", config_.state.path);
        if (!opened) return fail(opened.error());
        return std::make_unique<KnownStore>(std::move(*opened));
    };
    hooks.wall_now = wall_now;
    hooks.steady_now = steady_now;
    return hooks;
}

Sweeper::Report Sweeper::report() const {
    const std::lock_guard lock(mutex_);
    return report_;
}

}  // namespace touchstone
