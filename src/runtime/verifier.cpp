#include "verifier.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "clock.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"

namespace touchstone {
namespace {

// A log that was touched and did not grow, or is another inode, was not just appended to: its old part is read again.
bool may_be_rewritten(const Observation& known, const Observation& now) {
    const Attributes* was = known.seen();
    const Attributes* is = now.attributes();
    if (was == nullptr || is == nullptr) return false;
    return is->id != was->id || (is->size == was->size && is->ctime != was->ctime);
}

Lanes::Limits lanes(const Config& config) {
    Lanes::Limits limits;
    limits.seats = config.verify.threads;
    limits.turns = std::max(1u, config.verify.threads / 2);
    return limits;
}

}  // namespace

Verifier::Verifier(const Config& config, TouchSet& touches, FanotifySource& source, Differ& differ, WorkQueue& out, Liveness& liveness, Panel::OnHealth health)
    : config_(config),
      touches_(touches),
      source_(source),
      differ_(differ),
      out_(out),
      rotations_(config.baseline.digest),
      lanes_(lanes(config)),
      health_(std::move(health)),
      providers_(std::make_shared<const ProviderSettings>(config.providers)) {
    for (unsigned i = 0; i < lanes_.threads(); ++i) pulses_.push_back(&liveness.add("verify " + std::to_string(i)));
}

Verifier::~Verifier() { stop(false, steady_now()); }

Status Verifier::start(std::shared_ptr<const Policy> policy) {
    policy_ = std::move(policy);
    for (Pulse* pulse : pulses_) {
        auto observer = Observer::make(config_.baseline.digest);
        if (!observer) return fail(observer.error());
        threads_.emplace_back([this, worker = Worker{std::move(*observer), std::nullopt, std::nullopt, nullptr, 0, std::nullopt, *pulse}]() mutable { run(std::move(worker)); });
    }
    return {};
}

void Verifier::stop(bool drain, SteadyTime deadline) {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        draining_ = drain;
        deadline_ = deadline;
    }
    lanes_.stop(drain ? deadline : steady_now());
    ready_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void Verifier::set_policy(std::shared_ptr<const Policy> policy) {
    const std::lock_guard lock(mutex_);
    policy_ = std::move(policy);
}

void Verifier::set_providers(const ProviderSettings& settings) {
    const std::lock_guard lock(mutex_);
    providers_ = std::make_shared<const ProviderSettings>(settings);
}

std::shared_ptr<const Policy> Verifier::policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
}

void Verifier::wake() {
    {
        const std::lock_guard lock(mutex_);
        ++wakes_;
    }
    ready_.notify_one();
}

std::optional<Verifier::Task> Verifier::next(Pulse& pulse) {
    while (true) {
        std::uint64_t wakes = 0;
        bool draining = false;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ && (!draining_ || steady_now() >= deadline_)) return std::nullopt;
            wakes = wakes_;
            draining = stopping_;
        }
        if (auto taken = touches_.take(draining ? SteadyTime::max() : steady_now())) return Task{std::move(*taken), draining};
        if (draining && touches_.counters().waiting == 0) return std::nullopt;
        const auto when = touches_.next_ready();
        std::unique_lock lock(mutex_);
        pulse.wait();
        const auto changed = [&] { return wakes_ != wakes || (stopping_ && !draining); };
        if (draining)
            ready_.wait_for(lock, std::chrono::milliseconds(10), changed);
        else if (when)
            ready_.wait_until(lock, *when, changed);
        else
            ready_.wait(lock, changed);
        pulse.beat();
    }
}

void Verifier::run(Worker worker) {
    bool seated = false;
    do {
        worker.pulse.wait();
        if (!seated) lanes_.sit();
        seated = true;
    } while (look_at_next(worker, seated));
    if (seated) lanes_.rise();
    worker.pulse.wait();
}

bool Verifier::look_at_next(Worker& worker, bool& seated) {
    auto task = next(worker.pulse);
    if (!task) return false;
    worker.pulse.beat();
    Lanes::Look look(lanes_, worker.pulse);
    Looked looked = look_at(worker, std::move(task->taken), look);
    looked.stopping = task->stopping;
    look.finish();
    seated = look.seated();
    if (look.given_up() && is_stopping()) {
        touches_.done(looked.token, steady_now());
        return true;
    }
    worker.pulse.wait();  // the recorder may be slow; it has a pulse of its own
    return out_.push(std::move(looked));
}

bool Verifier::is_stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

Looked Verifier::look_at(Worker& worker, TouchSet::Taken taken, Lanes::Look& look) {
    const auto rules = policy();
    Looked looked;
    looked.token = taken.token;
    looked.renames = std::move(taken.pending.renames);
    for (const auto& name : taken.pending.names)
        if (auto rule = rules->rule_for(name.path)) looked.subjects.push_back(look_at_name(worker, name, std::move(rule), look));
    add_linked_names(worker, *rules, looked, look);
    find_rotations(worker, looked, look);
    inquire_about(worker, looked);
    compare_texts(worker, looked);
    looked.at = steady_now();
    return looked;
}

Subject Verifier::look_at_name(Worker& worker, const TouchedName& name, RuleRef rule, Lanes::Look& look) {
    Subject subject;
    subject.touch = name;
    LookOptions options;
    options.profile = rule->profile;
    options.verify_all = name.verify_all;
    options.before_reading = [&](std::uint64_t bytes) { return look.begin(name.path, bytes); };
    options.keep_going = [&] { return look.go_on(LookOptions::kPollEvery); };
    if (Differ::is_wanted(*rule)) options.keep_content = differ_.most_bytes();
    options.on_object = [this](const ObjectId& id) { source_.looked_at(id); };
    options.is_mapped = [this](const ObjectId& id) { return source_.is_mapped(id); };
    if (config_.verify.measure)
        options.digest_by_measurement = [&](const Attributes& seen) -> std::optional<std::string> {
            KnownStore* store = known(worker);
            BaselineReader* baseline = store != nullptr ? store->baseline() : nullptr;
            return baseline != nullptr ? baseline->digest_of(name.path, seen.verity, config_.baseline.digest) : std::nullopt;
        };
    if (rule->path == name.path && source_.wants_files())  // before it is read: what stands here may be new, and no watched directory tells of it
        if (auto fd = open_nofollow(name.path, O_PATH)) source_.learn_file(fd->get());
    std::optional<Observation> row;
    if (rule->profile == Profile::log)
        if (KnownStore* store = known(worker))
            if (auto found = store->find(name.path); found && *found) row = std::move(**found);
    if (row && row->seen() != nullptr && row->seen()->blocks) options.known_blocks = &*row->seen()->blocks;
    subject.now = worker.observer.look(name.path, options, wall_now());
    if (!options.verify_all && row && may_be_rewritten(*row, subject.now)) {
        options.verify_all = true;
        subject.now = worker.observer.look(name.path, options, wall_now());
    }
    subject.rule = std::move(rule);
    return subject;
}

void Verifier::inquire_about(Worker& worker, Looked& looked) {
    std::shared_ptr<const ProviderSettings> settings;
    {
        const std::lock_guard lock(mutex_);
        settings = providers_;
    }
    if (worker.asked != settings) worker.panel.emplace(*settings, config_.state.path, health_);
    worker.asked = settings;
    KnownStore* store = known(worker);
    if (store == nullptr) return worker.panel->note_known(&*worker.unknown);  // nobody vouches for what cannot be held against what was
    for (auto& subject : looked.subjects)
        subject.claims = inquire(*worker.panel, store, subject.now, &subject.touch, config_.baseline.digest);
}

// By this thread, as the providers are asked by it. What is known to the recorder, and not saved yet, is not known here: judge() sees whether it was the same.
void Verifier::compare_texts(Worker& worker, Looked& looked) {
    const auto wanted = [](const Subject& subject) { return Differ::is_wanted(*subject.rule); };
    if (std::none_of(looked.subjects.begin(), looked.subjects.end(), wanted)) return;
    std::vector<std::optional<Observation>> known(looked.subjects.size());
    for (std::size_t i = 0; i < looked.subjects.size(); ++i)
        if (auto& subject = looked.subjects[i]; wanted(subject)) {
            known[i] = known_of(worker, looked, subject);
            subject.diff = differ_.compare(known[i] ? &*known[i] : nullptr, subject.now, *subject.rule);
        }
    for (std::size_t i = 0; i < looked.subjects.size(); ++i)
        if (auto& subject = looked.subjects[i]; wanted(subject)) {
            differ_.keep(known[i] ? &*known[i] : nullptr, subject.now, *subject.rule);
            subject.now.content.reset();  // the recorder's queue holds many
        }
}

// What is known of the name; where nothing is, of the name that the object had before the renames that are looked at together.
std::optional<Observation> Verifier::known_of(Worker& worker, const Looked& looked, const Subject& subject) {
    KnownStore* store = known(worker);
    const Attributes* now = subject.now.attributes();
    if (store == nullptr || now == nullptr) return std::nullopt;
    const auto find = [store](const std::string& path) -> std::optional<Observation> {
        auto found = store->find(path);
        return found && *found && !(*found)->absent() ? std::move(*found) : std::nullopt;
    };
    if (auto here = find(subject.touch.path)) return here;
    for (const auto& rename : looked.renames) {
        auto before = find(rename.from);
        if (before && before->seen() != nullptr && before->seen()->id.inode == now->id.inode) return before;
    }
    return std::nullopt;
}

void Verifier::find_rotations(Worker& worker, Looked& looked, Lanes::Look& look) {
    for (auto& subject : looked.subjects) {
        KnownStore* store = subject.rule->profile == Profile::log ? known(worker) : nullptr;
        if (store == nullptr) continue;
        find_rotation(*store, subject, look);
        for (int attempt = 1; subject.rotation.outdated && attempt < Observer::kAttempts; ++attempt) {
            subject = look_at_name(worker, subject.touch, subject.rule, look);
            find_rotation(*store, subject, look);
        }
    }
}

void Verifier::find_rotation(KnownStore& store, Subject& subject, Lanes::Look& look) {
    auto rotation = rotations_.find(subject.now, store, [&look] { return look.go_on(0); });
    if (rotation)
        subject.rotation = std::move(*rotation);
    else
        spdlog::error("looking for rotations of {}: {}", printable(subject.touch.path), rotation.error().what);
}

// A file with several names: whatever happened to one happened to all, so all that are watched are looked at and judged together.
void Verifier::add_linked_names(Worker& worker, const Policy& policy, Looked& looked, Lanes::Look& look) {
    const std::size_t touched = looked.subjects.size();
    for (std::size_t i = 0; i < touched; ++i) {
        const Attributes* attributes = looked.subjects[i].now.attributes();
        if (attributes == nullptr || attributes->type != FileType::regular || attributes->link_count < 2) continue;
        const std::string path = looked.subjects[i].touch.path;
        if (auto fd = open_nofollow(path, O_PATH)) source_.learn_link(path, fd->get());
        KnownStore* store = known(worker);
        if (store == nullptr) continue;
        const auto paths = store->paths_of(attributes->id);
        if (!paths) continue;
        for (const auto& other : *paths) {
            const bool here = std::any_of(looked.subjects.begin(), looked.subjects.end(), [&](const Subject& subject) { return subject.touch.path == other; });
            auto rule = here ? nullptr : policy.rule_for(other);
            if (!rule) continue;
            TouchedName name = looked.subjects[i].touch;
            name.path = other;
            looked.subjects.push_back(look_at_name(worker, name, std::move(rule), look));
        }
    }
}

KnownStore* Verifier::known(Worker& worker) {
    const auto generation = baseline_generation_.load();
    if (!worker.known || worker.generation != generation) {
        auto opened = KnownStore::open(config_.baseline.path, config_.state.path);
        if (!opened && opened.error().kind == ErrorKind::corrupt) opened = KnownStore::open("", config_.state.path);  // the recorder has said so
        if (!opened) {
            worker.unknown = opened.error();
            return nullptr;
        }
        worker.known.emplace(std::move(*opened));
        worker.generation = generation;
    }
    return &*worker.known;
}

}  // namespace touchstone
