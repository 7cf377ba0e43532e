// What was last reported, as the recorder sees it: what is not saved yet, over the state, over the baseline. Changes and the events that report
// them are saved together. Where the disk refuses, they stay here and are saved later. Recorder thread only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "touchstone/baseline.hpp"
#include "touchstone/judge.hpp"
#include "touchstone/state.hpp"

namespace touchstone {

class Ledger {
public:
    explicit Ledger(State& state) : state_(state) {}

    void set_baseline(std::optional<BaselineReader> baseline) { baseline_ = std::move(baseline); }
    BaselineReader* baseline() { return baseline_ ? &*baseline_ : nullptr; }

    // Fills baseline and reported.
    Status look_up(Subject& subject);

    void apply(const Judgement::Effect& effect);
    // Directories were renamed, all at once: known objects below go along. Returns how many with each, itself included.
    Result<std::vector<std::uint64_t>> move_trees(const std::vector<TreeMove>& moves);
    void add(OutgoingEvent event) { events_.push_back(std::move(event)); }
    void set_value(const std::string& key, const std::string& value) { values_[key] = value; }

    // Saves everything added since the last save in one transaction. On failure everything is kept for the next call.
    Status save();
    std::span<const OutgoingEvent> unsaved_events() const { return events_; }
    std::vector<OutgoingEvent> take_saved_events() { return std::exchange(saved_events_, {}); }
    bool has_unsaved() const { return !events_.empty() || !effects_.empty() || !moves_.empty() || !values_.empty(); }
    std::size_t unsaved() const { return events_.size() + effects_.size(); }

    // The baseline was replaced: drops what was reported and is now as it should be. Returns how many rows went.
    Result<std::uint64_t> reconcile(const std::string& state_directory);

private:
    Status open_transaction();
    Status write();

    State& state_;
    std::optional<BaselineReader> baseline_;
    std::unordered_map<std::string, Judgement::Effect> effects_;
    std::vector<std::vector<TreeMove>> moves_;
    std::vector<OutgoingEvent> events_, saved_events_;
    std::unordered_map<std::string, std::string> values_;
    bool open_ = false;
};

}  // namespace touchstone
