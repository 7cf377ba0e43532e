#include "lineage.hpp"

#include <utility>

#include "process_table_read.hpp"

namespace touchstone {
namespace {

constexpr std::uint32_t kNotSet = 4294967295;

// What a process that has run no program of its own shares with its parent.
Process inherited(const Process& parent) {
    Process process = parent;
    process.entity_id.clear();
    return process;
}

Process process_of(const ExecRecord& exec) {
    Process process;
    process.name = exec.name;
    process.executable = exec.path;
    process.args = exec.args;
    if (process.args.size() > Process::kMaxArguments) process.args.resize(Process::kMaxArguments);
    if (exec.args_cut || exec.args.size() > Process::kMaxArguments) process.args.back() = "...";
    process.uid = exec.credentials.euid;
    process.gid = exec.credentials.egid;
    process.real_uid = exec.credentials.uid;
    if (exec.login_uid != kNotSet) process.login_uid = exec.login_uid;
    if (exec.session != kNotSet) process.session = exec.session;
    process.tty = exec.tty;
    process.pid_namespace = exec.pid_namespace;
    process.mount_namespace = exec.mount_namespace;
    return process;
}

}  // namespace

void Lineage::identify(Process& process, ProcessKey key) const {
    process.pid = key.pid;
    process.start = setup_.booted + Nanoseconds(static_cast<std::int64_t>(key.start));
    process.entity_id = setup_.entity_id(key.pid, ticks(key.start));
}

// Room is made before it is entered: what was told just now is never what goes.
Lineage::Life& Lineage::enter(ProcessKey key, Node self, std::vector<Node> ancestors) {
    trim();
    before_.erase(key.pid);
    const auto before = bearers_.find(key.pid);
    const bool reused = before != bearers_.end() && before->second != key;
    if (reused) exited({before->second, 0});
    bearers_[key.pid] = key;
    Life& life = lives_[key];
    life.reused = life.reused || reused;
    life.self = std::move(self);
    life.ancestors = std::move(ancestors);
    life.actor.reset();
    return life;
}

Lineage::Life* Lineage::life_of(ProcessKey key) {
    const auto found = lives_.find(key);
    return found != lives_.end() ? &found->second : read(key);
}

// Whoever has or had that number and began at `latest` at the latest. What has ended shows less and less of itself.
std::optional<Lineage::Running> Lineage::look_up(std::int32_t pid, std::uint64_t latest) const {
    const auto remembered = before_.find(pid);
    auto running = setup_.read(pid);
    if (running && running->start_ticks > latest) running.reset();
    if (remembered == before_.end() || remembered->second.start_ticks > latest) return running;
    const bool fuller = running && (!running->process.executable.empty() || remembered->second.process.executable.empty());
    return fuller ? running : remembered->second;
}

void Lineage::remember(std::int32_t pid, Running running) {
    if (before_.size() < setup_.limit) before_.insert_or_assign(pid, std::move(running));
}

Lineage::Life* Lineage::read(ProcessKey key) {
    if (key.pid <= 0) return nullptr;
    auto running = look_up(key.pid, ticks(key.start));
    if (!running || running->start_ticks != ticks(key.start)) return nullptr;
    identify(running->process, key);
    std::vector<Node> ancestors;
    // The parents of one that began before the probes did: each older than its child, or the number is another's.
    std::uint64_t child_start = running->start_ticks;
    for (std::int32_t pid = running->parent; pid > 0 && ancestors.size() < Actor::kMaxAncestors;) {
        auto parent = look_up(pid, child_start);
        if (!parent) break;
        child_start = parent->start_ticks;
        identify(parent->process, {pid, parent->start_ticks * static_cast<std::uint64_t>(setup_.tick.count())});
        ancestors.push_back(std::make_shared<const Process>(std::move(parent->process)));
        pid = parent->parent;
    }
    return &enter(key, std::make_shared<const Process>(std::move(running->process)), std::move(ancestors));
}

std::vector<Lineage::Node> Lineage::line_of(ProcessKey parent) {
    Life* life = life_of(parent);
    if (life == nullptr) return {};
    std::vector<Node> line{life->self};
    line.insert(line.end(), life->ancestors.begin(), life->ancestors.end());
    if (line.size() > Actor::kMaxAncestors) line.resize(Actor::kMaxAncestors);
    return line;
}

void Lineage::forked(const ForkRecord& fork) {
    auto line = line_of(fork.parent);
    Process child = line.empty() ? Process{} : inherited(*line.front());
    identify(child, fork.child);
    enter(fork.child, std::make_shared<const Process>(std::move(child)), std::move(line));
}

void Lineage::executed(const ExecRecord& exec) {
    auto line = line_of(exec.parent);
    Process process = process_of(exec);
    identify(process, exec.process);
    process.cgroup = setup_.cgroup_path(exec.cgroup);
    process.container_id = container_id_in(process.cgroup);
    enter(exec.process, std::make_shared<const Process>(std::move(process)), std::move(line));
}

void Lineage::exited(const ExitRecord& exit) {
    if (before_.contains(exit.process.pid)) read(exit.process);  // its last events may still be unread
    const auto found = lives_.find(exit.process);
    if (found == lives_.end() || found->second.ended) return;
    found->second.ended = true;
    ended_.push_back(exit.process);
}

void Lineage::doubt() {
    lives_.clear();
    bearers_.clear();
    ended_.clear();
    before_.clear();
}

// Those that have ended, the longest gone first; then whichever, for it can be read again while it runs.
void Lineage::trim() {
    while (lives_.size() >= setup_.limit && !ended_.empty()) {
        const auto key = ended_.front();
        ended_.pop_front();
        lives_.erase(key);
        if (const auto bearer = bearers_.find(key.pid); bearer != bearers_.end() && bearer->second == key) bearers_.erase(bearer);
    }
    if (lives_.size() >= 2 * setup_.limit) doubt();
}

ActorRef Lineage::actor_of(Life& life, const Credentials* credentials) {
    const bool other_user = credentials != nullptr && (credentials->uid != life.self->real_uid || credentials->euid != life.self->uid ||
                                                       credentials->egid != life.self->gid);
    if (other_user) {
        Process process = *life.self;
        process.uid = credentials->euid;
        process.gid = credentials->egid;
        process.real_uid = credentials->uid;
        life.self = std::make_shared<const Process>(std::move(process));
        life.actor.reset();
    }
    if (!life.actor) {
        Actor actor{*life.self, {}};
        for (const auto& ancestor : life.ancestors) actor.ancestors.push_back(*ancestor);
        life.actor = std::make_shared<const Actor>(std::move(actor));
    }
    return life.actor;
}

ActorRef Lineage::find(ProcessKey key, const Credentials* credentials) {
    Life* life = life_of(key);
    return life == nullptr ? nullptr : actor_of(*life, credentials);
}

ActorRef Lineage::find(std::int32_t pid, bool alive) {
    const auto bearer = bearers_.find(pid);
    if (bearer == bearers_.end()) return nullptr;
    const auto life = lives_.find(bearer->second);
    // Not reaped yet, the number cannot be another's; reaped, it may be the one of a newer process already.
    if (life == lives_.end() || (!alive && (!life->second.ended || life->second.reused))) return nullptr;
    return actor_of(life->second, nullptr);
}

}  // namespace touchstone
