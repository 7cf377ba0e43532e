#include "ledger.hpp"

namespace touchstone {

Status Ledger::look_up(Subject& subject) {
    const std::string& path = subject.touch.path;
    if (baseline_) {
        auto row = baseline_->find(path);
        if (!row) return fail(row.error());
        subject.baseline = std::move(*row);
    }
    if (const auto unsaved = effects_.find(path); unsaved != effects_.end()) {
        if (!unsaved->second.as_baseline) subject.reported = unsaved->second.observation;
        return {};
    }
    auto row = state_.find(path);
    if (!row) return fail(row.error());
    subject.reported = std::move(*row);
    return {};
}

void Ledger::apply(const Judgement::Effect& effect) { effects_.insert_or_assign(effect.observation.path, effect); }

Result<std::vector<std::uint64_t>> Ledger::move_trees(const std::vector<TreeMove>& moves) {
    // Rows that are not saved yet must be in the tables before a tree of them moves.
    if (!effects_.empty())
        if (auto saved = save(); !saved) return fail(saved.error());
    if (auto opened = open_transaction(); !opened) return fail(opened.error());
    auto moved = state_.move_trees(moves, baseline());
    if (!moved) {
        state_.rollback();
        open_ = false;
        return moved;
    }
    moves_.push_back(moves);
    return moved;
}

Status Ledger::open_transaction() {
    if (open_) return {};
    if (auto begun = state_.begin(); !begun) return begun;
    open_ = true;
    for (const auto& moves : moves_) {
        if (auto moved = state_.move_trees(moves, baseline()); !moved) {
            state_.rollback();
            open_ = false;
            return fail(moved.error());
        }
    }
    return {};
}

Status Ledger::write() {
    if (auto opened = open_transaction(); !opened) return opened;
    for (const auto& [path, effect] : effects_) {
        const auto written = effect.as_baseline ? state_.forget(path) : state_.put(effect.observation);
        if (!written) return written;
    }
    for (const auto& event : events_)
        if (auto queued = state_.enqueue(event); !queued) return queued;
    if (!events_.empty())
        if (auto set = state_.set_value("sequence", std::to_string(events_.back().sequence)); !set) return set;
    for (const auto& [key, value] : values_)
        if (auto set = state_.set_value(key, value); !set) return set;
    return state_.commit();
}

Status Ledger::save() {
    if (!has_unsaved()) return {};
    if (auto written = write(); !written) {
        state_.rollback();
        open_ = false;
        return written;
    }
    open_ = false;
    effects_.clear();
    moves_.clear();
    values_.clear();
    std::move(events_.begin(), events_.end(), std::back_inserter(saved_events_));
    events_.clear();
    return {};
}

Result<std::uint64_t> Ledger::reconcile(const std::string& state_directory) {
    if (auto saved = save(); !saved) return fail(saved.error());
    if (!baseline_) return std::uint64_t{0};
    auto reader = KnownStore::open("", state_directory);
    if (!reader) return fail(reader.error());
    std::vector<std::string> settled;
    Error problem;
    const auto walked = reader->each_reported("", [&](const Observation& row) {
        auto is = baseline_->find(row.path);
        if (!is) {
            problem = is.error();
            return false;
        }
        const bool same = is->has_value() ? (*is)->look == row.look : row.absent();
        if (same) settled.push_back(row.path);
        return true;
    });
    if (!walked) return fail(walked.error());
    if (!problem.what.empty()) return fail(problem);
    if (auto begun = state_.begin(); !begun) return fail(begun.error());
    for (const auto& path : settled)
        if (auto gone = state_.forget(path); !gone) return state_.rollback(), fail(gone.error());
    if (auto committed = state_.commit(); !committed) return state_.rollback(), fail(committed.error());
    return settled.size();
}

}  // namespace touchstone
