#include "recorder.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "clock.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr Nanoseconds kFlushWithin = std::chrono::milliseconds(150);  // DESIGN.md 5.3 allows 200
constexpr Nanoseconds kIdleTick = std::chrono::seconds(1);
constexpr Nanoseconds kCatchUpFor = std::chrono::milliseconds(50);  // at a time: outputs that are behind must not hold up the others
constexpr Nanoseconds kFinishWithin = std::chrono::seconds(5);
constexpr std::size_t kNamesCached = 4'096;
constexpr Nanoseconds kEvidenceWithin = std::chrono::seconds(5);  // of what is being written just now
constexpr Nanoseconds kPassesWithin = std::chrono::seconds(5);    // a temporary name
constexpr Nanoseconds kLookAtProviders = std::chrono::seconds(1);
constexpr const char* kTransactionsKey = "transactions";
constexpr const char* kRefusalsKey = "refusals";

// A name that is still changing is looked at again; after this many times the patience it is said to be unreadable.
constexpr int kPatienceFactor = 4;

// And no longer than [settle] patience. The waits between them double, from [settle] successor on.
constexpr unsigned kUnheardLooks = 8;
constexpr std::uint64_t kCheapBytes = 1 << 20;

bool is_cheap(const Observation& look) {
    const Attributes* seen = look.attributes();
    return seen == nullptr || seen->type != FileType::regular || seen->size <= kCheapBytes;
}

bool is_another(const Observation& known, const Observation& now) {
    const Attributes* was = known.attributes();
    const Attributes* is = now.attributes();
    return was != nullptr && is != nullptr && was->id.inode != is->id.inode;
}

// It is missing, and nothing that was heard took it away; or it, or another, is there, and nothing heard or known brought it.
bool is_unexplained(const Subject& subject) {
    constexpr ActSet kArrivals = bit(Act::created) | bit(Act::moved) | bit(Act::moved_in);
    const auto& known = subject.reported ? subject.reported : subject.baseline;
    const bool was_there = known && !known->absent();
    const bool arrived = (subject.touch.acts & kArrivals) != 0;
    if (subject.now.absent()) return (was_there || arrived) && !subject.touch.gone;
    const bool expected = !subject.touch.gone && (arrived || (was_there && !is_another(*known, subject.now)));
    return !expected && is_cheap(subject.now);
}

// What a compressor does in a second at least.
constexpr std::uint64_t kRotatedPerSecond = 1 << 20;

std::string user_name(std::uint32_t id) {
    char buffer[4096];
    passwd entry{};
    passwd* found = nullptr;
    return ::getpwuid_r(id, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr ? entry.pw_name : "";
}

std::string group_name(std::uint32_t id) {
    char buffer[4096];
    group entry{};
    group* found = nullptr;
    return ::getgrgid_r(id, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr ? entry.gr_name : "";
}

template <class Lookup>
std::string cached(std::unordered_map<std::uint32_t, std::string>& cache, std::uint32_t id, Lookup lookup) {
    if (const auto found = cache.find(id); found != cache.end()) return found->second;
    if (cache.size() >= kNamesCached) cache.clear();
    return cache.emplace(id, lookup(id)).first->second;
}

}  // namespace

// A digest says nothing about one of another algorithm, so such a baseline would hide every change of content.
Result<BaselineReader> open_baseline(const Config& config) {
    auto opened = BaselineReader::open(config.baseline.path);
    if (!opened || opened->info().digest == config.baseline.digest) return opened;
    return fail(Error{fmt::format("{} was built with {}, and [baseline] digest says {}: build it again, or set the digest back", config.baseline.path,
                                  config_name(opened->info().digest), config_name(config.baseline.digest)),
                      ErrorKind::bad_input, 0});
}

Recorder::Recorder(Setup setup, TouchSet& touches, Pulse& pulse)
    : config_(std::move(setup.config)),
      host_(std::move(setup.host)),
      state_(std::move(setup.state)),
      touches_(touches),
      pulse_(pulse),
      queue_(config_.limits.pending),
      ledger_(state_),
      delivery_(state_, config_.limits.outbox),
      health_(std::move(setup.health)),
      panel_(config_.providers, config_.state.path, health_),
      amendments_(config_.limits.amendable) {
    ledger_.set_baseline(std::move(setup.baseline));
    baseline_stamp_ = setup.baseline_stamp;
    if (const auto value = state_.value("sequence"); value && value->has_value()) sequence_ = std::strtoull((*value)->c_str(), nullptr, 10);
    counters_.sequence = sequence_;
    if (const auto value = state_.value(kTransactionsKey); value && value->has_value()) transactions_.restore(**value);
    if (const auto value = state_.value(kRefusalsKey); value && value->has_value()) refusals_.restore(**value);
    publish();
}

Recorder::~Recorder() { stop(std::nullopt); }

std::vector<std::unique_ptr<EventSink>> Recorder::make_sinks(const Config& config) const {
    std::vector<std::unique_ptr<EventSink>> sinks;
    if (config.json.enabled) sinks.push_back(make_json_sink(config.json.path));
    if (config.journald.enabled) sinks.push_back(make_journald_sink());
    return sinks;
}

Status Recorder::open_outputs(const Config& config) { return delivery_.set_outputs(make_sinks(config), steady_now()); }

void Recorder::start() { thread_ = std::thread([this] { run(); }); }

void Recorder::stop(std::optional<Notice> last) {
    if (!thread_.joinable()) return;
    last_ = std::move(last);
    queue_.close();
    thread_.join();
}

void Recorder::run() {
    while (true) {
        pulse_.wait();
        const auto now = steady_now();
        auto batch = queue_.pop(kBatch, next_deadline(now));
        pulse_.beat();
        const bool drained = batch.empty() && queue_.closed();
        for (auto& work : batch) {
            handle(work);
            pulse_.beat();
        }
        settle_batch();
        if (drained) return finish();
        // Nothing more is judged then; touches wait in the touch set.
        while ((delivery_.full() || ledger_.unsaved() >= config_.limits.outbox) && !queue_.closed()) {
            pulse_.beat();
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            settle_batch();
        }
    }
}

// What an output does not take now, it is given at the next start.
void Recorder::finish() {
    catch_up(kFinishWithin);
    flush();
    emit_notices_of_outputs();
    if (last_) emit(*std::exchange(last_, std::nullopt));
    settle_batch();
    flush();
    (void)state_.sync();
}

void Recorder::emit_notices_of_outputs() {
    for (auto& notice : delivery_.take_notices()) emit(std::move(notice));
}

SteadyTime Recorder::next_deadline(SteadyTime now) const {
    auto deadline = now + kIdleTick;
    if (delivery_.needs_flush()) deadline = std::min(deadline, flush_at_);
    if (const auto advance = delivery_.next_advance()) deadline = std::min(deadline, *advance);
    return deadline;
}

void Recorder::catch_up(Nanoseconds at_most) {
    const auto until = steady_now() + at_most;
    for (auto now = steady_now(); now < until && delivery_.advance(now); now = steady_now()) pulse_.beat();
}

void Recorder::flush() {
    const auto now = steady_now();
    if (auto flushed = delivery_.flush(now); !flushed) spdlog::error("flushing the outputs: {}", flushed.error().what);
    flush_at_ = now + kFlushWithin;
}

void Recorder::handle(Work& work) {
    if (auto* looked = std::get_if<Looked>(&work)) {
        handle_looked(*looked);
    } else if (auto* gap = std::get_if<Gap>(&work)) {
        ++counters_.gaps;
        emit(std::variant<Finding, Gap, Notice>(*gap), gap->wall);
    } else if (auto* notice = std::get_if<Notice>(&work)) {
        emit(std::move(*notice));
    } else {
        std::get<Command>(work)();
    }
}

void Recorder::handle_looked(Looked& looked) {
    if (touches_.overtaken(looked.token) || must_look_again(looked)) {
        ++counters_.again;
        touches_.again(looked.token, steady_now());
        return;
    }
    look_up(looked.subjects);
    if (is_word_unread(looked)) {
        ++counters_.again;
        touches_.await_word(looked.token, steady_now());
        return;
    }
    if (await_writer(looked)) return;
    if (is_evidence_awaited(looked)) {
        ++counters_.again;
        touches_.again(looked.token, steady_now());
        return;
    }
    if (await_end(looked)) return;
    judge_group(looked);
    judged_tokens_.push_back(looked.token);
}

// What has the name of a rotation and does not hold what was known of the log may only not be finished: its writer is given time for that.
bool Recorder::await_writer(const Looked& looked) {
    if (looked.subjects.size() != 1 || !looked.renames.empty()) return false;
    const Subject& subject = looked.subjects.front();
    if (!subject.rotation.awaits || !subject.touch.open) return false;
    const auto patience = kPatienceFactor * config_.settle.patience + *subject.rotation.awaits / kRotatedPerSecond * std::chrono::seconds(1);
    const auto waited = subject.now.looked_at - subject.touch.first;
    if (waited >= patience) return false;
    if (looked.stopping) {
        judged_tokens_.push_back(looked.token);
    } else {
        ++counters_.again;
        touches_.await_close(looked.token, steady_now() + std::min<Nanoseconds>(patience, patience - waited));
    }
    return true;
}

// A package database that is being written may come to vouch for what its package manager has put there.
bool Recorder::is_evidence_awaited(const Looked& looked) const {
    if (looked.stopping) return false;
    return std::any_of(looked.subjects.begin(), looked.subjects.end(), [](const Subject& subject) {
        return says(subject.claims, Claim::Word::awaited) && !says(subject.claims, Claim::Word::vouches) &&
               subject.now.looked_at - subject.touch.first < kEvidenceWithin;
    });
}

// A temporary name is spoken of with the object that it becomes, unless it stays.
bool Recorder::await_end(const Looked& looked) {
    if (looked.stopping) return false;
    for (const Subject& subject : looked.subjects) {
        const auto waited = subject.now.looked_at - subject.touch.first;
        if (subject.now.absent() || waited >= kPassesWithin || !says(subject.claims, Claim::Word::passing)) continue;
        ++counters_.again;
        touches_.await_touch(looked.token, steady_now() + std::min<Nanoseconds>(kPassesWithin, kPassesWithin - waited));
        return true;
    }
    return false;
}

bool Recorder::must_look_again(const Looked& looked) const {
    const auto limit = kPatienceFactor * config_.settle.patience;
    for (const auto& subject : looked.subjects) {
        const Unreadable* unreadable = subject.now.unreadable();
        if (unreadable == nullptr) continue;
        if (unreadable->error == ECANCELED) return true;
        if (unreadable->error == EBUSY && subject.now.looked_at - subject.touch.first < limit) return true;
    }
    return false;
}

void Recorder::look_up(std::vector<Subject>& subjects) {
    for (auto& subject : subjects) {
        if (auto found = ledger_.look_up(subject); !found) {
            spdlog::error("looking up {}: {}", printable(subject.touch.path), found.error().what);
            if (found.error().kind == ErrorKind::corrupt) drop_baseline(found.error());
        }
    }
}

// Judged now, a rename would look like a deletion and a creation. What only a sweep wants looked at has waited for the kernel's word already.
bool Recorder::is_word_unread(const Looked& looked) const {
    return std::any_of(looked.subjects.begin(), looked.subjects.end(), [&](const Subject& subject) {
        const auto& touch = subject.touch;
        if (touch.unheard >= kUnheardLooks || !is_unexplained(subject)) return false;
        if (touch.unheard == 0 && (touch.acts & ~kWithoutAnAct) != 0) return true;
        if (subject.now.looked_at - touch.last > config_.settle.patience) return false;
        return !heard_until_(looked.at) || touches_.more_is_known(looked.token);  // in this order: what is heard is in the set
    });
}

void Recorder::judge_group(Looked& looked) {
    // A linked name may have been looked at by another group meanwhile: the older look says nothing new.
    std::erase_if(looked.subjects, [](const Subject& subject) { return subject.reported && subject.reported->looked_at > subject.now.looked_at; });
    counters_.looks += looked.subjects.size();
    if (ledger_.baseline() == nullptr) adopt(looked.subjects);
    if (looked.subjects.empty()) return;

    auto judgement = judge(looked.subjects, looked.renames, config_.baseline.digest);
    if (judgement.findings.empty()) ++counters_.quiet;
    move_trees(judgement.findings, looked.renames);
    for (auto& finding : judgement.findings) report(std::move(finding), looked.subjects);
    for (const auto& effect : judgement.effects) ledger_.apply(effect);
    // A rename of a directory that was not judged to be one (a sweep came first): what is known below it is still where it was.
    for (const auto& rename : looked.renames) {
        if (!rename.directory) continue;
        sweep_after(rename.from);
        sweep_after(rename.to);
    }
}

void Recorder::report(Finding finding, const std::vector<Subject>& subjects) {
    ++counters_.findings;
    ++counters_.by_verdict.at(static_cast<std::size_t>(finding.verdict));
    const auto about = std::find_if(subjects.begin(), subjects.end(), [&](const Subject& subject) { return subject.touch.path == finding.path; });
    const bool alone = finding.action != Action::renamed && finding.action != Action::unreadable && !finding.transient && about != subjects.end();
    const bool open = finding.verdict == Verdict::unexpected && finding.action != Action::touched && alone;
    if (finding.verdict != Verdict::unexpected && about != subjects.end()) panel_.used(finding.evidence, about->now);
    transactions_.add(finding, wall_now());
    const WallTime at = finding.touch.last;
    auto id = emit(std::variant<Finding, Gap, Notice>(std::move(finding)), at);
    if (open) keep_for_amendment(std::move(id), *about);
}

void Recorder::keep_for_amendment(std::string event_id, const Subject& subject) {
    const bool began = amendments_.add(std::move(event_id), subject, wall_now());
    counters_.amendable = amendments_.waiting();
    counters_.unamendable = amendments_.given_up();
    if (!began) return;
    Notice notice;
    notice.action = NoticeAction::fallback;
    notice.severity = Severity::medium;
    notice.text = fmt::format("more than {} unexpected findings wait for evidence that comes late: the oldest stay unexpected, whatever comes", config_.limits.amendable);
    notice.details = {{"limit", std::to_string(config_.limits.amendable)}, {"given_up", std::to_string(amendments_.given_up())}};
    emit(std::move(notice));
}

// What is over is summed up, and what was unexpected for want of evidence is asked about again.
void Recorder::look_at_providers() {
    const auto now = steady_now();
    if (now - providers_at_ < kLookAtProviders) return;
    providers_at_ = now;
    panel_.version(wall_now());  // opens those that are not: they are asked of transactions, and what rpm took away is only known to who saw it there
    const auto ask = [this](const std::string& provider, const std::string& id) { return panel_.transaction(provider, id); };
    const auto touches = touches_.counters();
    for (auto& notice : transactions_.due(ask, touches.waiting + touches.looked_at == 0, wall_now())) emit(std::move(notice));
    tell_refusals();
    const auto stands = [this](const Observation& reported) {
        Subject subject;
        subject.touch.path = reported.path;
        if (!ledger_.look_up(subject)) return false;
        return subject.reported && subject.reported->look == reported.look;
    };
    for (auto& amended : amendments_.reconsider(panel_, config_.baseline.digest, wall_now(), stands)) {
        Notice notice;
        notice.action = NoticeAction::verdict_amended;
        notice.path = amended.finding.path;
        const Evidence& evidence = amended.finding.evidence.front();
        const auto before = name_of(amended.before ? amended.before->verdict : Verdict::unexpected);
        notice.text = fmt::format("{} is {} after all, by {} {}", printable(amended.finding.path), name_of(amended.finding.verdict), evidence.provider, printable(evidence.source));
        notice.details = {{"event_id", amended.event_id}, {"verdict", std::string(name_of(amended.finding.verdict))}, {"verdict_before", std::string(before)},
                          {"provider", evidence.provider}, {"source", evidence.source}, {"signer", evidence.signer}, {"reason", evidence.reason}};
        transactions_.add(amended.finding, wall_now());
        if (amended.before) transactions_.take_back(*amended.before);
        panel_.used(amended.finding.evidence, amended.effect.observation);
        ledger_.apply(amended.effect);
        emit(std::move(notice));
    }
    counters_.amendable = amendments_.waiting();
    if (transactions_.changed()) ledger_.set_value(kTransactionsKey, transactions_.saved());
}

void Recorder::tell_refusals() {
    auto notices = refusals_.due([this](const std::string& provider, std::int64_t after) { return panel_.refusals(provider, after); });
    if (notices.empty()) return;
    for (auto& notice : notices) emit(std::move(notice));
    ledger_.set_value(kRefusalsKey, refusals_.saved());
}

// What is known below renamed directories goes along.
void Recorder::move_trees(std::vector<Finding>& findings, std::vector<Rename>& renames) {
    std::vector<TreeMove> moves;
    std::vector<Finding*> moved;
    for (auto& finding : findings) {
        if (finding.action != Action::renamed || !finding.after || finding.after->type != FileType::directory) continue;
        moves.push_back({finding.previous_path, finding.path});
        moved.push_back(&finding);
        sweep_after(finding.path);  // whatever changed below on the way is found by comparing
        std::erase_if(renames, [&](const Rename& rename) { return rename.to == finding.path || rename.from == finding.previous_path; });
    }
    if (moves.empty()) return;
    const auto counts = ledger_.move_trees(moves);
    if (!counts) {
        spdlog::error("moving what is known of {} to {}: {}", printable(moves.front().from), printable(moves.front().to), counts.error().what);
        for (const auto& move : moves) sweep_after(move.from);
        return;
    }
    for (std::size_t i = 0; i < moves.size(); ++i) moved[i]->descendants = std::max<std::uint64_t>((*counts)[i], 1) - 1;  // itself is none
}

void Recorder::sweep_after(const std::string& scope) {
    SweepRequest request;
    request.scope = scope;
    request.reason = "directory renamed";
    request.announce = false;
    request.actor_unknown = "changed while its directory was being renamed";
    sweeps_after_.push_back(std::move(request));
}

// Without a baseline, what a sweep meets for the first time is taken as it is; what the kernel reports is a finding all the same.
void Recorder::adopt(std::vector<Subject>& subjects) {
    std::erase_if(subjects, [&](const Subject& subject) {
        if (subject.reported || subject.touch.acts != bit(Act::look)) return false;
        if (!subject.now.absent()) ledger_.apply({subject.now, false});
        return true;
    });
}

void Recorder::emit(Notice notice) {
    ++counters_.notices;
    spdlog::debug("{}: {}", name_of(notice.action), notice.text);
    emit(std::variant<Finding, Gap, Notice>(std::move(notice)), wall_now());
}

std::string Recorder::emit(std::variant<Finding, Gap, Notice> body, WallTime at) {
    Event event;
    event.body = std::move(body);
    event.sequence = ++sequence_;
    counters_.sequence = sequence_;
    event.at = at;
    event.reported = wall_now();
    event.digest = config_.baseline.digest;
    if (const auto* finding = std::get_if<Finding>(&event.body)) event.names = names_for(*finding);
    OutgoingEvent outgoing;
    outgoing.sequence = event.sequence;
    outgoing.id = event_id(event, host_);
    outgoing.json = to_json(event, outgoing.id, host_);
    outgoing.journal_fields = to_journal_fields(event, outgoing.id, host_);
    auto id = outgoing.id;
    ledger_.add(std::move(outgoing));
    return id;
}

void Recorder::settle_batch() {
    const auto now = steady_now();
    look_at_providers();
    if (const auto refused = queue_.take_refused(); refused > 0) {
        Notice notice;
        notice.action = NoticeAction::output_failed;
        notice.severity = Severity::high;
        notice.text = fmt::format("{} notices found the recorder's queue full and were lost", refused);
        emit(std::move(notice));
    }
    const bool was_failing = save_failing_;
    auto saved = ledger_.save();
    save_failing_ = !saved;
    if (save_failing_ && !was_failing) {
        Notice notice;
        notice.action = NoticeAction::output_failed;
        notice.severity = Severity::high;
        notice.text = fmt::format("the state cannot be written: {}; findings are still announced, and saved when it works again", saved.error().what);
        notice.details = {{"output", "state"}, {"error", saved.error().what}};
        emit(std::move(notice));
    } else if (was_failing && !save_failing_) {
        Notice notice;
        notice.action = NoticeAction::output_recovered;
        notice.text = "the state can be written again";
        notice.details = {{"output", "state"}};
        emit(std::move(notice));
        saved = ledger_.save();
    }
    counters_.unsaved = save_failing_ ? ledger_.unsaved() : 0;

    if (!delivery_.needs_flush()) flush_at_ = now + kFlushWithin;
    delivery_.deliver(ledger_.take_saved_events(), true, now);
    if (save_failing_) delivery_.deliver(ledger_.unsaved_events(), false, now);
    catch_up(kCatchUpFor);
    emit_notices_of_outputs();

    for (const auto token : judged_tokens_) touches_.done(token, now);
    judged_tokens_.clear();
    for (auto& request : sweeps_after_) touches_.sweep(std::move(request));
    sweeps_after_.clear();

    if (delivery_.needs_flush() && steady_now() >= flush_at_) flush();
    publish();
}

bool Recorder::follow_baseline() {
    const auto stamp = stamp_of(config_.baseline.path);
    if (stamp == baseline_stamp_) return false;
    const bool rewritten = stamp && baseline_stamp_ && stamp->same_file(*baseline_stamp_);  // the verbs never write into it
    baseline_stamp_ = stamp;
    auto opened = open_baseline(config_);
    if (!opened) return refuse_baseline(opened.error());
    if (rewritten)
        if (auto whole = opened->verify(); !whole) return refuse_baseline(whole.error());
    const auto* in_force = ledger_.baseline();
    if (rewritten && in_force != nullptr && in_force->info().id == opened->info().id) return false;
    return load_baseline(std::move(*opened));
}

// What has only been unlinked can still be read until this process ends, and is better than none.
bool Recorder::refuse_baseline(const Error& error) {
    const bool had_one = ledger_.baseline() != nullptr;
    if (error.code == ENOENT && had_one) {
        announce_no_baseline(error, "the one that was there stays in force until the watch ends");
        return false;
    }
    ledger_.set_baseline(std::nullopt);
    announce_no_baseline(error);
    return had_one;
}

bool Recorder::load_baseline(BaselineReader opened) {
    Notice notice;
    notice.action = NoticeAction::baseline_loaded;
    notice.path = config_.baseline.path;
    notice.text = "another baseline is in force";
    notice.details = {{"baseline_id", opened.info().id}, {"objects", std::to_string(opened.info().objects)}};
    ledger_.set_baseline(std::move(opened));
    if (const auto dropped = ledger_.reconcile(config_.state.path); !dropped)
        spdlog::error("comparing the state with the new baseline: {}", dropped.error().what);
    else
        notice.details["settled"] = std::to_string(*dropped);
    emit(std::move(notice));
    return true;
}

void Recorder::drop_baseline(const Error& error) {
    if (ledger_.baseline() == nullptr) return;
    ledger_.set_baseline(std::nullopt);
    announce_no_baseline(error);
}

void Recorder::announce_no_baseline(const Error& error, const std::string& meanwhile) {
    Notice notice;
    notice.action = NoticeAction::baseline_missing;
    notice.severity = Severity::critical;
    notice.path = config_.baseline.path;
    notice.text = fmt::format("no baseline: {}; {}", error.what, meanwhile);
    notice.details = {{"error", error.what}};
    emit(std::move(notice));
}

void Recorder::reopen_outputs() { delivery_.reopen(steady_now()); }

void Recorder::reconfigure(const Config& config) {
    const bool outputs_differ = config.json.enabled != config_.json.enabled || config.json.path != config_.json.path ||
                                config.journald.enabled != config_.journald.enabled;
    config_.json = config.json;
    config_.journald = config.journald;
    config_.settle = config.settle;
    config_.providers = config.providers;
    panel_ = Panel(config_.providers, config_.state.path, health_);
    if (!outputs_differ) return reopen_outputs();
    (void)ledger_.save();
    if (auto set = open_outputs(config_); !set) spdlog::error("opening the outputs: {}", set.error().what);
}

void Recorder::remember(const std::string& key, const std::string& value) { ledger_.set_value(key, value); }

void Recorder::publish() {
    const std::lock_guard lock(report_mutex_);
    output_report_ = delivery_.report();
    baseline_report_.present = ledger_.baseline() != nullptr;
    if (baseline_report_.present) baseline_report_.info = ledger_.baseline()->info();
}

std::vector<Delivery::Report> Recorder::outputs() const {
    const std::lock_guard lock(report_mutex_);
    return output_report_;
}

Recorder::BaselineReport Recorder::baseline_report() const {
    const std::lock_guard lock(report_mutex_);
    return baseline_report_;
}

Names Recorder::names_for(const Finding& finding) {
    Names names;
    const auto& attributes = finding.after ? finding.after : finding.before;
    if (attributes) {
        names.owner = cached(user_names_, attributes->uid, user_name);
        names.group = cached(group_names_, attributes->gid, group_name);
    }
    if (!finding.touch.actors.empty()) names.user = cached(user_names_, finding.touch.actors.back()->process.uid, user_name);
    return names;
}

}  // namespace touchstone
