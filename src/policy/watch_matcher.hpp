// A rule made ready for matching. Paths here have no trailing slash: the root is "".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exclude.hpp"
#include "touchstone/rule.hpp"

namespace touchstone {

class WatchMatcher {
public:
    explicit WatchMatcher(RuleRef rule);

    const RuleRef& rule() const { return rule_; }
    const std::string& literal() const { return literal_; }  // the components before the first glob, unquoted

    // Where in `path` the watched path ends, when the watch holds it.
    std::optional<std::size_t> holds(std::string_view path) const;
    bool excludes(std::string_view path, std::size_t below) const;
    bool is_below(std::string_view path) const;  // `path` is an ancestor of what is watched

    bool more_specific_than(const WatchMatcher& other) const;

private:
    struct Component {
        std::string pattern;
        bool glob = false;
        bool matches(std::string_view name) const;
    };
    // Matches `globs_` from path[at] on. Gives how many matched, and moves `at` past them; nullopt when one did not.
    std::optional<std::size_t> match_globs(std::string_view path, std::size_t& at) const;

    RuleRef rule_;
    std::string literal_;
    std::vector<Component> globs_;  // the components from the first glob on
    std::vector<bool> is_glob_;     // of each component of the whole path
    std::vector<Exclude> excludes_;
};

}  // namespace touchstone
