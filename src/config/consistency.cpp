// What no single value shows: values that contradict each other, and those that are likely not meant.
#include <fmt/format.h>

#include <map>

#include "build.hpp"
#include "duration.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::config {
namespace {

using namespace std::chrono_literals;

// Where a key was written, else the start of the main file: the contradiction is then with a default.
Place place_of(const Draft& draft, const SourceRef& main, const std::string& key) {
    const auto found = draft.places.find(key);
    return found == draft.places.end() ? Place{main, {}} : found->second;
}

void check_watches(const SourceRef& main, Draft& draft) {
    const auto& watches = draft.loaded.config.watches;
    if (watches.empty()) return draft.problems.add({main, {}}, "nothing is watched", "add at least one [[watch]]");
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < watches.size(); ++i) {
        const auto [known, is_new] = first.emplace(watches[i].path, i);
        if (is_new) continue;
        const auto before = place_of(draft, main, fmt::format("watch[{}].path", known->second));
        draft.problems.add(place_of(draft, main, fmt::format("watch[{}].path", i)), "this path is watched twice",
                           fmt::format("already at {}", before.source->where(before.span)));
    }
}

void check_settle(const SourceRef& main, Draft& draft) {
    const auto& settle = draft.loaded.config.settle;
    const auto& written = draft.places;
    const auto key = written.contains("settle.patience") ? "settle.patience" : "settle.quiet";
    const auto place = place_of(draft, main, key);
    if (settle.patience < settle.quiet)
        draft.problems.add(place, fmt::format("settle.patience ({}) is less than settle.quiet ({})", format_duration(settle.patience), format_duration(settle.quiet)),
                           "a file would never be waited for until it is quiet");
    if (settle.successor > 1s)
        draft.warn(place_of(draft, main, "settle.successor"),
                   fmt::format("settle.successor: every name that vanishes or is renamed is reported {} late", format_duration(settle.successor)));
    if (settle.patience > 10min)
        draft.warn(place, fmt::format("settle.patience: a file that is being written is reported up to {} late", format_duration(settle.patience)));
    if (draft.loaded.config.verify.log_period < 1min)
        draft.warn(place_of(draft, main, "verify.log_period"), "verify.log_period: every watched log is read whole more than once a minute");
}

void check_paths(const SourceRef& main, Draft& draft) {
    const auto& config = draft.loaded.config;
    const auto collide = [&](const std::string& key, const std::string& path, const std::string& other_key, const std::string& other) {
        if (path == other)
            draft.problems.add(place_of(draft, main, draft.places.contains(key) ? key : other_key), fmt::format("{} is the path of {} too", key, other_key),
                               "a path of its own");
    };
    collide("state.path", config.state.path, "baseline.path", config.baseline.path);
    if (config.metrics.enabled) {
        collide("output.metrics.path", config.metrics.path, "baseline.path", config.baseline.path);
        collide("output.metrics.path", config.metrics.path, "state.path", config.state.path);
        if (config.json.enabled) collide("output.metrics.path", config.metrics.path, "output.json.path", config.json.path);
    }
    if (!config.json.enabled) return;
    collide("output.json.path", config.json.path, "baseline.path", config.baseline.path);
    collide("output.json.path", config.json.path, "state.path", config.state.path);
}

void check_outputs(const SourceRef& main, Draft& draft) {
    const auto& config = draft.loaded.config;
    if (!config.json.enabled && !config.journald.enabled)
        draft.problems.add(place_of(draft, main, "output.json.enabled"), "every output is off, so nothing would be reported", "leave one of them on");
    if (!config.json.enabled && draft.places.contains("output.json.path"))
        draft.warn(place_of(draft, main, "output.json.path"), "output.json.path is set, but output.json is off");
    if (!config.metrics.enabled && draft.places.contains("output.metrics.path"))
        draft.warn(place_of(draft, main, "output.metrics.path"), "output.metrics.path is set, but output.metrics is off");
    if (config.metrics.enabled && !config.metrics.path.ends_with(".prom"))
        draft.warn(place_of(draft, main, "output.metrics.path"), "output.metrics.path does not end in .prom, and the node_exporter reads no other files");
}

}  // namespace

void check_consistency(const SourceRef& main, Draft& draft) {
    check_watches(main, draft);
    check_settle(main, draft);
    check_paths(main, draft);
    check_outputs(main, draft);
}

}  // namespace touchstone::config
