#include "daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <csignal>

#include "capabilities.hpp"
#include "clock.hpp"
#include "host.hpp"
#include "metrics.hpp"
#include "reload.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/control.hpp"
#include "touchstone/runtime.hpp"

namespace touchstone {
namespace {

constexpr Nanoseconds kRememberEvery = std::chrono::seconds(10);   // how exact T1 of "changed between T1 and T2" is
constexpr Nanoseconds kCheckProbes = std::chrono::seconds(1);
constexpr Nanoseconds kWatchdogTick = std::chrono::seconds(2);
constexpr Nanoseconds kStuckAfter = std::chrono::seconds(20);
constexpr Nanoseconds kStopWithin = std::chrono::seconds(20);

SettleTimes settle_times(const Config& config) { return {config.settle.successor, config.settle.quiet, config.settle.patience}; }

TouchSetLimits touch_set_limits(const Config& config) {
    return {config.limits.touch_set, config.limits.gaps, config.limits.actors, config.limits.group};
}

// The directory below which a watch path with globs may match; the path itself when it has none.
std::string literal_prefix(const std::string& path) {
    std::string prefix = path;
    while (has_glob(prefix)) prefix = std::string(split_path(prefix).directory);
    return prefix;
}

WallTime parse_time(const std::string& nanoseconds) { return WallTime{Nanoseconds{std::strtoll(nanoseconds.c_str(), nullptr, 10)}}; }

std::string watched(const Config& config) { return fmt::format("{} {}", config.watches.size(), config.watches.size() == 1 ? "path" : "paths"); }

std::uint64_t microseconds(Nanoseconds time) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

Notice copies_notice(const std::string& why) {
    Notice notice;
    notice.details["output"] = "copies of texts";
    if (why.empty()) {
        notice.action = NoticeAction::output_recovered;
        notice.text = "there are copies of texts again";
        return notice;
    }
    notice.action = NoticeAction::output_failed;
    notice.severity = Severity::medium;  // no event is lost
    notice.text = fmt::format("no copies of texts, so no differences can be shown: {}; it is tried again", why);
    notice.details["error"] = why;
    return notice;
}

void set_log_level(const Config& config) { spdlog::set_level(spdlog::level::from_str(config.log.level)); }

}  // namespace

Daemon::~Daemon() {
    stop();
    control_.reset();
    if (events_ != nullptr) sd_event_unref(events_);
}

Status Daemon::start() {
    for (const auto step : {&Daemon::load, &Daemon::check_privileges, &Daemon::open_stores, &Daemon::make_source, &Daemon::make_loop,
                            &Daemon::start_threads, &Daemon::glance, &Daemon::load_probes})
        if (auto done = (this->*step)(); !done) return done;
    return {};
}

Status Daemon::load() {
    auto loaded = load_config(config_file_);
    if (!loaded) return fail(loaded.error());
    loaded_ = std::move(*loaded);
    set_log_level(loaded_.config);
    if (auto offered = check_digest(loaded_); !offered) return offered;
    for (const auto& warning : loaded_.warnings) spdlog::warn("{}", warning);
    policy_ = std::make_shared<const Policy>(loaded_.config.watches);
    host_ = read_host();
    return {};
}

Status Daemon::check_privileges() {
    auto missing = missing_capabilities();
    if (!missing) return fail(missing.error());
    if (missing->empty()) return {};
    return fail(Error{fmt::format("watching needs {}, which this process does not have: run it as root or by systemd's touchstone.service",
                                  fmt::join(*missing, " and ")),
                      ErrorKind::no_permission, EPERM});
}

Status Daemon::open_stores() {
    const Config& config = loaded_.config;
    auto lock = lock_state(config.state.path);
    if (!lock) return fail(lock.error());
    lock_ = std::move(*lock);
    auto state = State::open(config.state.path);
    if (!state) return fail(state.error());
    const std::string recovered = state->recovered();
    if (const auto until = state->value("watching_until"); until && until->has_value()) unwatched_since_ = parse_time(**until);
    if (const auto last = state->value("last_full_comparison"); last && last->has_value()) last_comparison_ = **last;
    if (const auto verified = state->value("verification"); verified && verified->has_value()) verified_ = **verified;

    const auto stamp = stamp_of(config.baseline.path);
    auto baseline = open_baseline(config);
    if (!baseline && baseline.error().kind != ErrorKind::corrupt && baseline.error().code != ENOENT) return fail(baseline.error());
    if (baseline && unwatched_since_ == WallTime{}) unwatched_since_ = baseline->info().built_at;

    touches_ = std::make_unique<TouchSet>(settle_times(config), touch_set_limits(config));
    Recorder::Setup setup{config, host_, std::move(*state), std::nullopt, stamp, hear_providers()};
    if (baseline) setup.baseline = std::move(*baseline);
    recorder_ = std::make_unique<Recorder>(std::move(setup), *touches_, liveness_.add("recorder"));
    if (auto opened = recorder_->open_outputs(config); !opened) return opened;
    if (!baseline) recorder_->announce_no_baseline(baseline.error());
    if (!recovered.empty()) {
        Notice notice;
        notice.action = NoticeAction::state_recovered;
        notice.severity = Severity::high;
        notice.text = recovered;
        notice.path = config.state.path;
        recorder_->queue().push_now(std::move(notice));
    }
    return {};
}

std::vector<std::string> Daemon::own_paths() const {
    const Config& config = loaded_.config;
    std::vector<std::string> paths{config.state.path, config.baseline.path, std::string(split_path(config.baseline.path).directory)};
    if (config.json.enabled && config.json.path != "-") paths.push_back(config.json.path);
    return paths;
}

std::vector<std::string> Daemon::names_of(ObjectId id) {
    const Config& config = loaded_.config;
    if (known_is_stale_.exchange(false)) known_.reset();
    if (!known_) {
        auto opened = KnownStore::open(config.baseline.path, config.state.path);
        if (!opened && opened.error().kind == ErrorKind::corrupt) opened = KnownStore::open("", config.state.path);
        if (!opened) return {};
        known_.emplace(std::move(*opened));
    }
    auto paths = known_->paths_of(id);
    return paths ? std::move(*paths) : std::vector<std::string>{};
}

// From any thread, the recorder's own among them.
Panel::OnHealth Daemon::hear_providers() {
    return [this](const std::string& provider, const Error* error) {
        if (auto notice = provider_health_.heard(provider, error)) recorder_->queue().push_now(std::move(*notice));
    };
}

Status Daemon::make_source() {
    const Config& config = loaded_.config;
    processes_ = std::make_unique<ProcessTable>(config.limits.processes, host_.id, host_.boot_id);
    FanotifyOptions options;
    options.marks = config.sources.fanotify;
    options.limited_queue = config.limits.kernel_queue != 0;
    options.filesystems = config.sources.filesystems;
    options.own_paths = own_paths();
    options.wall_now = wall_now;
    options.steady_now = steady_now;
    options.names_of = [this](ObjectId id) { return names_of(id); };
    auto made = FanotifySource::make(std::move(options), policy_, *processes_, *touches_);
    if (!made) return fail(made.error());
    source_ = std::move(*made);
    recorder_->listen_to([this](SteadyTime when) { return source_->heard_until(when); });
    return source_->start();
}

Status Daemon::add_signal(int number, sd_event_signal_handler_t handler) {
    const int added = sd_event_add_signal(events_, nullptr, number, handler, this);
    return added < 0 ? Status(fail(system_error("sd_event_add_signal", -added))) : Status{};
}

Status Daemon::add_timer(Nanoseconds every, sd_event_time_handler_t handler) {
    const int added = sd_event_add_time_relative(events_, nullptr, CLOCK_MONOTONIC, microseconds(every), 0, handler, this);
    return added < 0 ? Status(fail(system_error("sd_event_add_time", -added))) : Status{};
}

Status Daemon::make_loop() {
    if (const int made = sd_event_new(&events_); made < 0) return fail(system_error("sd_event_new", -made));
    // The threads started later inherit the mask: signals come to the loop alone.
    sigset_t mask;
    sigemptyset(&mask);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&mask, number);
    ::pthread_sigmask(SIG_BLOCK, &mask, nullptr);
    ::signal(SIGPIPE, SIG_IGN);

    const auto quit = [](sd_event_source* source, const signalfd_siginfo*, void*) { return sd_event_exit(sd_event_source_get_event(source), 0); };
    for (const int number : {SIGTERM, SIGINT})
        if (auto added = add_signal(number, quit); !added) return added;
    if (auto added = add_signal(SIGHUP, [](sd_event_source*, const signalfd_siginfo*, void* self) { return static_cast<Daemon*>(self)->reload(), 0; });
        !added)
        return added;

    mountinfo_.reset(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    covered_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!mountinfo_ || !covered_) return fail(system_error("open /proc/self/mountinfo"));
    const auto on_mounts = [](sd_event_source*, int, std::uint32_t, void* self) { return static_cast<Daemon*>(self)->mounts_changed(), 0; };
    const auto on_events = [](sd_event_source*, int, std::uint32_t, void* self) {
        static_cast<Daemon*>(self)->source_->drain(kDrainBudget);
        return 0;
    };
    const auto on_covered = [](sd_event_source*, int fd, std::uint32_t, void* self) {
        std::uint64_t count = 0;
        (void)!::read(fd, &count, sizeof count);
        static_cast<Daemon*>(self)->covered();
        return 0;
    };
    if (sd_event_add_io(events_, nullptr, mountinfo_.get(), EPOLLPRI, on_mounts, this) < 0 ||
        sd_event_add_io(events_, nullptr, source_->fd(), EPOLLIN, on_events, this) < 0 ||
        sd_event_add_io(events_, nullptr, covered_.get(), EPOLLIN, on_covered, this) < 0)
        return fail(system_error("sd_event_add_io"));

    const auto rearm = [](sd_event_source* source, Nanoseconds every) {
        sd_event_source_set_time_relative(source, microseconds(every));
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    };
    static const auto again = rearm;
    if (auto added = add_timer(kWatchdogTick, [](sd_event_source* source, std::uint64_t, void* self) {
            static_cast<Daemon*>(self)->feed_watchdog();
            return again(source, kWatchdogTick);
        });
        !added)
        return added;
    if (auto added = add_timer(kRememberEvery, [](sd_event_source* source, std::uint64_t, void* self) {
            static_cast<Daemon*>(self)->remember_watching(false);
            static_cast<Daemon*>(self)->look_at_baseline();
            return again(source, kRememberEvery);
        });
        !added)
        return added;
    if (auto added = add_timer(loaded_.config.verify.log_period, [](sd_event_source* source, std::uint64_t, void* self) {
            auto* daemon = static_cast<Daemon*>(self);
            daemon->look_at_logs_again();
            return again(source, daemon->loaded_.config.verify.log_period);
        });
        !added)
        return added;

    if (auto added = add_timer(kCheckProbes, [](sd_event_source* source, std::uint64_t, void* self) {
            static_cast<Daemon*>(self)->check_probes();
            static_cast<Daemon*>(self)->say_how_it_goes();
            static_cast<Daemon*>(self)->retry_copies();
            return again(source, kCheckProbes);
        });
        !added)
        return added;

    control_ = std::make_unique<ControlServer>(events_, [this](const std::string& request) { return answer(request); });
    return control_->listen(control_socket_path(loaded_.config.state.path));
}

// Without copies the watch goes on, and says so of each difference that it cannot show.
void Daemon::ready_copies() {
    const auto done = differ_->configure(loaded_.config.diff, policy_, steady_now());
    if (!done)
        spdlog::error("copies of texts: {}", printable(done.error().what));
    else if (!done->empty())
        spdlog::warn("{}", *done);
    recorder_->queue().push_now(Command([this] { tell_copies(); }));
}

// By the recorder: opening them may wait for the disk. What did not change meanwhile gets its copy by a sweep.
void Daemon::retry_copies() {
    if (differ_->report().unopened.empty() || copies_retried_.exchange(true)) return;
    recorder_->queue().push_now(Command([this] {
        if (differ_->retry(steady_now())) {
            SweepRequest request;
            request.reason = "copies of texts";
            request.announce = false;
            request.actor_unknown = "found by comparing for copies of texts";
            touches_->sweep(std::move(request));
        }
        tell_copies();
        copies_retried_ = false;
    }));
}

// Once when there are none, and once when there are again. On the recorder thread.
void Daemon::tell_copies() {
    const auto why = differ_->report().unopened;
    if (why.empty() == !copies_missed_) return;
    copies_missed_ = !why.empty();
    recorder_->queue().push_now(copies_notice(why));
}

Status Daemon::start_threads() {
    differ_ = std::make_unique<Differ>(loaded_.config.state.path, loaded_.config.baseline.digest);
    ready_copies();
    verifier_ = std::make_unique<Verifier>(loaded_.config, *touches_, *source_, *differ_, recorder_->queue(), liveness_, hear_providers());
    sweeper_ = std::make_unique<Sweeper>(loaded_.config, *touches_, *source_, *differ_, recorder_->queue(), liveness_);
    sweeper_->on_covered([this](std::uint64_t ground) {
        covered_ground_ = ground;
        const std::uint64_t one = 1;
        (void)!::write(covered_.get(), &one, sizeof one);
    });
    sweeper_->on_corrupt([this](const Error& error) { recorder_->queue().push(Command([this, error] { recorder_->drop_baseline(error); })); });
    patrol_ = std::make_unique<Patrol>(loaded_.config, *touches_, recorder_->queue(), liveness_);
    patrol_->on_skipped([this] { return sweeper_->report().skipped; });
    patrol_->on_progress([this](std::string text) {
        recorder_->queue().push_now(Command([this, text = std::move(text)] { recorder_->remember("verification", text); }));
    });
    if (loaded_.config.metrics.enabled)
        metrics_ = std::make_unique<MetricsFile>(loaded_.config.metrics.path, [this](Notice notice) { recorder_->queue().push_now(std::move(notice)); });
    touches_->on_change([this] {
        verifier_->wake();
        sweeper_->wake();
    });
    recorder_->start();
    if (auto started = verifier_->start(policy_); !started) return started;
    sweeper_->start(policy_);
    return patrol_->start(policy_, verified_);
}

Status Daemon::run() {
    write_back();  // before it is said that nothing is missed
    if (source_->marking_done()) ready();
    catch_up();
    const int result = sd_event_loop(events_);
    stop();
    if (result < 0) return fail(system_error("the event loop", -result));
    return {};
}

void Daemon::covered() {
    source_->all_swept(covered_ground_);
    if (source_->marking_done()) ready();
}

// Every touch from now on is sure to be seen.
void Daemon::ready() {
    if (ready_) return;
    ready_ = true;
    watching_since_ = wall_now();
    beaten_ = steady_now();
    recorder_->queue().push_now(started_notice());
    announce_probes();
    announce_marks();
    announce_approvals();
    remember_watching(false);
    sd_notifyf(0, "READY=1\nSTATUS=Watching %s", watched(loaded_.config).c_str());
}

Notice Daemon::started_notice() const {
    Notice notice;
    notice.action = NoticeAction::watch_started;
    notice.text = "watching " + watched(loaded_.config);
    notice.details["source"] = probes_ ? fmt::format("fanotify and eBPF ({})", name_of(probes_->tier())) : "fanotify";
    notice.details["not_seen_at_once"] = probes_ ? "writes to a block device below a file system: found by comparing"
                                                 : "stores through shared mappings, inode flags and project ids set by ioctl, writes to a block "
                                                   "device below a file system: found by comparing";
    if (probes_)
        for (const auto& report : probes_->reports()) notice.details["probe " + report.name] = report.attached ? report.witnesses : report.why_not;
    else
        notice.details["ebpf"] = no_probes_;
    for (const auto& mark : source_->marks()) notice.details["mark " + mark.mount_point] = mark.why.empty() ? mark.how : mark.how + ": " + mark.why;
    const auto baseline = recorder_->baseline_report();
    notice.details["baseline_id"] = baseline.present ? baseline.info.id : "none";
    if (unwatched_since_ != WallTime{}) notice.details["last_watched"] = to_rfc3339(unwatched_since_);
    return notice;
}

void Daemon::announce_marks() {
    for (const auto& mark : source_->marks()) {
        if (mark.why.empty()) continue;
        Notice notice;
        notice.action = NoticeAction::fallback;
        notice.severity = mark.how == "none" ? Severity::high : Severity::low;
        notice.path = mark.mount_point;
        notice.text = fmt::format("{} ({}) is watched by {}: {}", mark.mount_point, mark.type, mark.how, mark.why);
        notice.details = {{"type", mark.type}, {"how", mark.how}, {"why", mark.why}};
        recorder_->queue().push_now(std::move(notice));
    }
}

SweepRequest Daemon::boot_sweep() const {
    SweepRequest request;
    request.reason = "boot";
    request.actor_unknown = "changed while not watching";
    request.unwatched_since = unwatched_since_;
    return request;
}

// What changed while nobody watched is looked for while the probes are loaded: that takes long, as does making each directory known to them. By
// the marks of whole file systems the watch is on already, but for what only the probes tell, which catch_up() finds.
Status Daemon::glance() {
    if (loaded_.config.sources.ebpf == ProbeUse::off || unwatched_since_ == WallTime{} || !source_->marking_done()) return {};
    auto request = boot_sweep();
    request.learn = false;
    request.announce = false;
    touches_->sweep(std::move(request));
    return {};
}

void Daemon::catch_up() {
    touches_->sweep(boot_sweep());
    // What a stopped clock or a rewrite in place may have left looking the same in a log is read again.
    look_at_logs_again();
}

void Daemon::look_at_logs_again() {
    for (const auto& rule : policy_->rules()) {
        if (rule->profile != Profile::log) continue;
        SweepRequest request;
        request.scope = literal_prefix(rule->path);
        request.reason = "logs read again";
        request.depth = SweepDepth::full;
        request.actor_unknown = "found by reading again";
        request.announce = false;
        touches_->sweep(std::move(request));
    }
}

void Daemon::mounts_changed() {
    for (auto& change : source_->mounts_changed()) {
        Notice notice;
        notice.action = NoticeAction::mount_changed;
        notice.severity = Severity::medium;
        notice.path = std::move(change.path);
        notice.text = std::move(change.text);
        recorder_->queue().push_now(std::move(notice));
    }
}

void Daemon::feed_watchdog() {
    const std::string stuck = liveness_.stuck(steady_now(), kStuckAfter);
    if (stuck.empty()) {
        stuck_told_ = false;
        sd_notify(0, "WATCHDOG=1");
    } else if (!stuck_told_) {
        stuck_told_ = true;
        spdlog::error("thread '{}' has not moved for {} s; the watchdog is no longer fed", stuck,
                      std::chrono::duration_cast<std::chrono::seconds>(kStuckAfter).count());
    }
}

void Daemon::remember_watching(bool stopping) {
    if (!ready_) return;
    const auto now = std::to_string(wall_now().time_since_epoch().count());
    const auto set = [this, now] { recorder_->remember("watching_until", now); };
    if (stopping)
        recorder_->queue().push(Command(set));
    else
        recorder_->queue().push_now(Command(set));
}

void Daemon::reload() {
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", static_cast<unsigned long long>(microseconds(steady_now().time_since_epoch())));
    Notice notice;
    auto loaded = load_config(config_file_);
    if (const auto offered = loaded ? check_digest(*loaded) : Status{}; !offered) loaded = fail(offered.error());
    if (!loaded) {
        spdlog::error("the configuration was not reloaded: {}", loaded.error().what);
        notice.action = NoticeAction::config_rejected;
        notice.severity = Severity::high;
        notice.path = config_file_;
        const std::string& why = loaded.error().what;
        notice.text = fmt::format("the new configuration was refused and the old one stays: {}", why.substr(0, why.find('\n')));
        notice.details["error"] = why;
        recorder_->queue().push_now(Command([this] { recorder_->reopen_outputs(); }));
        recorder_->queue().push_now(std::move(notice));
        sd_notify(0, "READY=1\nSTATUS=Watching with the old configuration: the new one was refused");
        return;
    }
    notice.action = NoticeAction::config_reloaded;
    notice.path = config_file_;
    notice.text = "the configuration was read again";
    if (const auto kept = keep_until_restart(loaded_.config, loaded->config); !kept.empty()) {
        notice.details["after_a_restart"] = fmt::format("{}", fmt::join(kept, ", "));
        notice.text += fmt::format("; only a restart takes {}", notice.details["after_a_restart"]);
        spdlog::warn("{}", notice.text);
    }
    loaded_ = std::move(*loaded);
    set_log_level(loaded_.config);
    policy_ = std::make_shared<const Policy>(loaded_.config.watches);
    ready_copies();
    verifier_->set_policy(policy_);
    verifier_->set_providers(loaded_.config.providers);
    patrol_->set_policy(policy_);
    sweeper_->set_policy(policy_);  // before the source: a sweep asks that one first, and then has this policy
    source_->set_policy(policy_);
    const Config config = loaded_.config;
    recorder_->queue().push_now(Command([this, config] { recorder_->reconfigure(config); }));
    recorder_->queue().push_now(std::move(notice));
    source_->refresh_own_paths();
    look_at_baseline();
    SweepRequest request;
    request.reason = "configuration reloaded";
    request.actor_unknown = "found by comparing after a reload";
    touches_->sweep(std::move(request));
    sd_notifyf(0, "READY=1\nSTATUS=Watching %s", watched(loaded_.config).c_str());
}

// Said by the verb that replaced it, or not said at all: nothing but the verbs may touch it, so it is looked at now and then.
void Daemon::look_at_baseline() {
    recorder_->queue().push_now(Command([this] {
        if (!recorder_->follow_baseline()) return;
        known_is_stale_ = true;
        verifier_->baseline_replaced();
        sweeper_->baseline_replaced();
        patrol_->baseline_replaced();
        SweepRequest request;
        request.reason = "another baseline";
        request.actor_unknown = "found by comparing with another baseline";
        touches_->sweep(std::move(request));
    }));
}

void Daemon::baseline_changed() {
    look_at_baseline();
    source_->refresh_own_paths();
}

void Daemon::stop() {
    if (stopped_ || recorder_ == nullptr) return;
    stopped_ = true;
    sd_notify(0, "STOPPING=1\nSTATUS=Finishing what was touched");
    const auto deadline = steady_now() + kStopWithin;
    // What the kernel has told until now is still looked at; what cannot be finished in time is found by the next start's sweep.
    if (source_) while (!source_->drain(kDrainBudget) && steady_now() < deadline) sd_notify(0, "WATCHDOG=1");
    if (patrol_) patrol_->stop();
    if (sweeper_) sweeper_->stop();
    if (verifier_) verifier_->stop(ready_, deadline);
    remember_watching(true);
    Notice notice;
    notice.action = NoticeAction::watch_stopped;
    notice.text = "the watch has stopped";
    recorder_->stop(ready_ ? std::optional(std::move(notice)) : std::nullopt);
    if (metrics_) metrics_->put(metrics_of(figures()));  // a disk that hangs holds up nothing any more
    metrics_.reset();
}

}  // namespace touchstone
