#include "patrol.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "clock.hpp"
#include "pressure.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/judge.hpp"
#include "touchstone/reported.hpp"

namespace touchstone {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kRememberEvery = 1min;
constexpr Nanoseconds kAskEvery = 5s;      // about pressure
constexpr Nanoseconds kAfterFailure = 1min;  // and where there is nothing to do
constexpr Nanoseconds kAtOnce = 5s;        // worth of work is done in one go, so that the processor sleeps between
constexpr Nanoseconds kJudgedWithin = 5s;
constexpr double kEarly = 0.9;             // of the period a round is to take, for some files take longer than others
constexpr int kLowest = 19;                // nice

Nanoseconds cpu_of_this_thread() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

std::vector<std::string> listed(const std::string& directory) {
    std::vector<std::string> names;
    const auto place = open_nofollow(directory, O_DIRECTORY);
    if (!place) return names;
    int fd = ::openat(place->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
    if (fd < 0) fd = ::openat(place->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    DIR* stream = fd < 0 ? nullptr : ::fdopendir(fd);
    if (stream == nullptr) return names;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name(entry->d_name);
        if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(stream);
    return names;
}

}  // namespace

Patrol::Patrol(const Config& config, TouchSet& touches, WorkQueue& out, Liveness& liveness)
    : config_(config), touches_(touches), out_(out), pulse_(liveness.add("patrol")), budget_(config.verify.cpu_percent / 100.0) {
    pulse_.wait();
}

Patrol::~Patrol() { stop(); }

Status Patrol::start(std::shared_ptr<const Policy> policy, const std::string& remembered) {
    if (config_.verify.period == Nanoseconds{}) return {};
    auto observer = Observer::make(config_.baseline.digest);
    if (!observer) return fail(observer.error());
    observer_.emplace(std::move(*observer));
    policy_ = std::move(policy);
    rounds_ = Rounds::from_text(remembered);
    thread_ = std::thread([this] { run(); });
    return {};
}

void Patrol::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Patrol::set_policy(std::shared_ptr<const Policy> policy) {
    const std::lock_guard lock(mutex_);
    policy_ = std::move(policy);
}

void Patrol::baseline_replaced() {
    const std::lock_guard lock(mutex_);
    stale_ = true;
}

std::shared_ptr<const Policy> Patrol::policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
}

Patrol::Report Patrol::report() const {
    const std::lock_guard lock(mutex_);
    return {rounds_, total_, held_back_};
}

void Patrol::run() {
    go_unnoticed();
    charged_ = steady_now();
    cpu_ = cpu_of_this_thread();
    while (go_on()) {
        if (const auto done = verify_next(); !done) {
            spdlog::error("the verification in the background waits a minute: {}", done.error().what);
            known_.reset();
            rest(kAfterFailure);
        }
        if (steady_now() - remembered_ >= kRememberEvery) remember();
    }
    remember();
    pulse_.wait();
}

// Whoever else wants the processor or the disk comes first. Where the kernel refuses, the budget holds all the same.
void Patrol::go_unnoticed() {
    ::pthread_setname_np(::pthread_self(), "patrol");
    const auto self = static_cast<id_t>(::gettid());
    ::setpriority(PRIO_PROCESS, self, kLowest);
    constexpr int kProcess = 1, kIdle = 3 << 13;  // ioprio_set(2)
    if (config_.verify.io == Config::IoClass::idle) ::syscall(SYS_ioprio_set, kProcess, self, kIdle);
}

bool Patrol::go_on() {
    pulse_.beat();
    const std::lock_guard lock(mutex_);
    return !stopping_;
}

Status Patrol::verify_next() {
    auto store = known();
    if (!store) return fail(store.error());
    std::string after;
    {
        const std::lock_guard lock(mutex_);
        rounds_.begin(wall_now());
        after = rounds_.after;
    }
    auto next = (*store)->next_directory("", after);
    if (!next) return fail(next.error());
    if (!*next) {
        end_round();
        return {};
    }
    if (auto verified = verify(**next); !verified) return verified;
    if (!go_on()) return {};  // perhaps in the middle of it
    const std::lock_guard lock(mutex_);
    rounds_.after = std::move(**next);
    return {};
}

Status Patrol::verify(const std::string& directory) {
    auto names = names_in(directory);
    if (!names) return fail(names.error());
    for (const auto& name : *names) {
        if (!go_on()) return {};
        if (auto verified = verify_object(join_path(directory, name)); !verified) return verified;
        pace();
        while (is_held_back() && go_on()) rest(kAskEvery);
    }
    return {};
}

// What is known there, and what is there.
Result<std::vector<std::string>> Patrol::names_in(const std::string& directory) {
    auto store = known();
    if (!store) return fail(store.error());
    std::set<std::string> names;
    const auto read = (*store)->children(directory, [&](const Glance& glance) {
        names.insert(glance.name);
        return true;
    });
    if (!read) return fail(read.error());
    for (auto& name : listed(directory)) names.insert(std::move(name));
    return std::vector<std::string>(names.begin(), names.end());
}

Status Patrol::verify_object(const std::string& path) {
    const auto rule = policy()->rule_for(path);
    if (!rule) return {};
    if (rule->profile == Profile::log) {
        const std::lock_guard lock(mutex_);
        ++rounds_.now().objects;
        ++rounds_.now().logs;
        return {};
    }
    auto store = known();
    if (!store) return fail(store.error());
    const auto before = (*store)->find(path);
    if (!before) return fail(before.error());
    LookOptions options;
    options.profile = rule->profile;
    options.keep_going = [this] {
        pace();
        return go_on();
    };
    if (BaselineReader* baseline = (*store)->baseline(); baseline != nullptr && config_.verify.measure)
        options.digest_by_measurement = [&, baseline](const Attributes& seen) { return baseline->digest_of(path, seen.verity, config_.baseline.digest); };
    const auto now = observer_->look(path, options, wall_now());
    const auto* unreadable = now.unreadable();
    if (unreadable != nullptr && unreadable->error == ECANCELED) return {};
    if (unreadable != nullptr && unreadable->error == EBUSY) {  // who changes it now is heard
        const std::lock_guard lock(mutex_);
        ++rounds_.now().changing;
        return {};
    }
    const bool different = differs(*before, now, rule->profile);
    if (different) touch(path, now.attributes() != nullptr && now.attributes()->type == FileType::directory);
    const std::lock_guard lock(mutex_);
    auto& round = rounds_.now();
    ++round.objects;
    if (const auto* seen = now.attributes(); seen != nullptr && now.measured) {
        ++round.measured;
        round.measured_bytes += seen->size;
    } else if (seen != nullptr && !seen->digest.empty()) {
        round.bytes += seen->size;
    }
    if (different) ++round.differences;
    if (unreadable != nullptr) ++round.unreadable;
    return {};
}

bool Patrol::differs(const std::optional<Observation>& known, const Observation& now, Profile profile) const {
    const bool was = known && !known->absent();
    if (!was || now.absent()) return was != !now.absent();
    if (known->unreadable() && now.unreadable()) return known->unreadable()->error != now.unreadable()->error;
    if (known->unreadable() || now.unreadable()) return true;
    return !differences(*known->attributes(), *now.attributes(), profile, config_.baseline.digest).empty();
}

void Patrol::touch(const std::string& path, bool directory) {
    while (!touches_.has_room_for_sweep() && go_on()) rest(100ms);
    Touch touch;
    touch.path = path;
    touch.act = Act::look;
    touch.directory = directory;
    touch.verify_all = true;
    touch.only_compares = true;
    touch.actor_unknown = "found by verification in the background";
    touch.wall = wall_now();
    touch.at = steady_now();
    touches_.touch(std::move(touch));
}

void Patrol::end_round() {
    Round round;
    {
        const std::lock_guard lock(mutex_);
        if (rounds_.now().objects > 0) {
            rounds_.end(wall_now());
            round = *rounds_.last();
        } else {
            rounds_.give_up();
        }
    }
    if (round.objects == 0) return rest(kAfterFailure);  // nothing is known yet
    remember();
    auto report = report_of(round);
    if (!report) return spdlog::error("the report of the verification: {}", report.error().what);
    out_.push(notice_of(*report, config_));
}

// What differs from the baseline by now, as the watch has reported it, and not only what this round came upon.
Result<ComparisonReport> Patrol::report_of(const Round& round) {
    auto store = known();
    if (!store) return fail(store.error());
    await_judgement();
    ComparisonReport report;
    report.reason = "verification";
    report.started_by = "the watch, by [verify] period";
    report.begun = round.begun;
    report.ended = round.ended;
    report.objects = round.objects;
    report.bytes = round.bytes;
    report.measured = round.measured;
    report.measured_bytes = round.measured_bytes;
    report.unverified = round.unreadable;
    report.skipped = skipped_();
    if ((*store)->baseline() != nullptr) {
        report.baseline = (*store)->baseline()->info();
        const auto read = each_difference(**store, *policy(), "", [&](const Observation&, const Finding& finding) -> Status {
            report.differences.add(finding);
            return {};
        });
        if (!read) return fail(read.error());
    }
    report.exit = report.differences.exit_status(report.unverified);
    report.more = {{"looks", std::to_string(round.differences)},
                   {"changing", std::to_string(round.changing)},
                   {"logs", fmt::format("{}, read again by [verify] log_period", round.logs)}};
    return report;
}

// What was touched at the end of the round is judged soon; on a host that is never quiet, the next report has it.
void Patrol::await_judgement() {
    const auto until = steady_now() + kJudgedWithin;
    const auto busy = [this] {
        const auto counters = touches_.counters();
        return counters.waiting + counters.looked_at > 0;
    };
    while (busy() && steady_now() < until && go_on()) rest(100ms);
}

// Not faster than the budget, and not faster than the period asks for.
void Patrol::pace() {
    pulse_.beat();
    const auto now = steady_now();
    const auto cpu = cpu_of_this_thread();
    const auto owed = budget_.charge(cpu - cpu_, now - charged_);
    cpu_ = cpu;
    charged_ = now;
    const auto period = config_.verify.period;
    Nanoseconds early{};
    {
        const std::lock_guard lock(mutex_);
        const auto& round = rounds_.now();
        const double share = static_cast<double>(round.objects) / static_cast<double>(std::max(total_, round.objects + 1));
        early = std::chrono::duration_cast<Nanoseconds>(share * kEarly * period) - (wall_now() - round.begun);
    }
    early = std::min(early, period);  // also when the clock was put back
    const auto wait = std::max(owed, early);
    if (wait > std::min(kAtOnce, period / 1000)) rest(wait);
}

void Patrol::rest(Nanoseconds time) {
    std::unique_lock lock(mutex_);
    pulse_.wait();
    wake_.wait_for(lock, time, [this] { return stopping_; });
    pulse_.beat();
}

bool Patrol::is_held_back() {
    if (!config_.verify.back_off) return false;
    const auto now = steady_now();
    if (now - asked_ < kAskEvery) return !held_back_.empty();
    asked_ = now;
    auto why = pressure();
    const std::lock_guard lock(mutex_);
    held_back_ = std::move(why);
    return !held_back_.empty();
}

void Patrol::remember() {
    remembered_ = steady_now();
    std::string text;
    {
        const std::lock_guard lock(mutex_);
        if (rounds_.now().begun != WallTime{}) rounds_.now().mark(wall_now());
        text = rounds_.to_text();
    }
    if (progress_) progress_(std::move(text));
}

Result<KnownStore*> Patrol::known() {
    bool stale = false;
    {
        const std::lock_guard lock(mutex_);
        stale = std::exchange(stale_, false);
    }
    if (!known_ || stale) {
        known_.reset();
        auto opened = KnownStore::open(config_.baseline.path, config_.state.path);
        if (!opened) return fail(opened.error());
        known_.emplace(std::move(*opened));
        const std::lock_guard lock(mutex_);
        const auto& last = rounds_.last();
        total_ = known_->baseline() != nullptr ? known_->baseline()->info().objects : last ? last->objects : 0;
    }
    return &*known_;
}

}  // namespace touchstone
