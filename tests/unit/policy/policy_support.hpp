#pragma once

#include <string>
#include <utility>
#include <vector>

#include "touchstone/policy.hpp"

namespace touchstone {

struct WatchOf {
    std::string path;
    std::vector<std::string> exclude = {};
};
using Rules = std::vector<WatchOf>;

inline Policy policy_of(const Rules& watches) {
    std::vector<Rule> rules;
    for (const auto& watch : watches) {
        Rule rule;
        rule.path = watch.path;
        rule.exclude = watch.exclude;
        rules.push_back(std::move(rule));
    }
    return Policy(std::move(rules));
}

// The path of the rule that holds; "" when none does.
inline std::string held_by(const Policy& policy, std::string_view path) {
    const auto rule = policy.rule_for(path);
    return rule ? rule->path : "";
}

}  // namespace touchstone
