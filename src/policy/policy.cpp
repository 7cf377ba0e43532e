#include "touchstone/policy.hpp"

#include <algorithm>

#include "touchstone/bytes.hpp"
#include "watch_matcher.hpp"

namespace touchstone {
namespace {

// The root as "", so that every path is a row of "/component".
std::string_view without_root(std::string_view path) { return path == "/" ? std::string_view{} : path; }

bool is_absolute(std::string_view path) { return path.starts_with('/'); }

std::vector<WatchMatcher> sorted_matchers(std::vector<Rule> rules) {
    std::vector<WatchMatcher> matchers;
    matchers.reserve(rules.size());
    for (auto& rule : rules) matchers.emplace_back(std::make_shared<const Rule>(std::move(rule)));
    std::stable_sort(matchers.begin(), matchers.end(), [](const auto& a, const auto& b) { return a.more_specific_than(b); });
    return matchers;
}

std::vector<std::string> starts_of(const std::vector<WatchMatcher>& matchers) {
    std::vector<std::string> all;
    for (const auto& matcher : matchers) all.push_back(matcher.literal().empty() ? "/" : matcher.literal());
    // By length, what holds another comes before it.
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
    std::vector<std::string> starts;
    for (const auto& path : all)
        if (std::none_of(starts.begin(), starts.end(), [&](const auto& start) { return is_within(path, start); })) starts.push_back(path);
    std::sort(starts.begin(), starts.end());
    return starts;
}

}  // namespace

Policy::Policy(std::vector<Rule> rules) {
    const auto matchers = std::make_shared<const std::vector<WatchMatcher>>(sorted_matchers(std::move(rules)));
    for (const auto& matcher : *matchers) rules_.push_back(matcher.rule());
    starts_ = starts_of(*matchers);
    matchers_ = matchers;
}

RuleRef Policy::rule_for(std::string_view path) const {
    if (!matchers_ || !is_absolute(path)) return nullptr;
    path = without_root(path);
    for (const auto& matcher : *matchers_)
        if (const auto below = matcher.holds(path)) return matcher.excludes(path, *below) ? nullptr : matcher.rule();
    return nullptr;
}

bool Policy::leads_to_watch(std::string_view path) const {
    if (!matchers_ || !is_absolute(path)) return false;
    const auto bare = without_root(path);
    const bool ancestor = std::any_of(matchers_->begin(), matchers_->end(), [&](const auto& matcher) { return matcher.is_below(bare); });
    return ancestor && !rule_for(path);
}

}  // namespace touchstone
