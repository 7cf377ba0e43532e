// Which rule holds for a path. Pure: no I/O, no clock; safe to read from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/rule.hpp"

namespace touchstone {

class WatchMatcher;

// Glob over one path component or over a whole path. `*` and `?` stop at a slash, `**` does not, [a-z] and [!a-z] are
// byte classes, backslash quotes. `**/` after a slash or at the start is any number of directories, none included.
// Linear in pattern times text (no exponential backtracking), bytes not characters. No allocation for paths.
bool glob_match(std::string_view pattern, std::string_view text);
bool has_glob(std::string_view text);

class Policy {
public:
    Policy() = default;
    explicit Policy(std::vector<Rule> rules);

    // The most specific watch that holds the path, by components; null when none does or that watch excludes it.
    // An excluded directory excludes what is below it. A more specific watch inside an excluded directory still holds.
    RuleRef rule_for(std::string_view path) const;

    // True when the path itself is not watched but something below it is or could be: an ancestor of a watched path.
    // Sources must hear of names appearing there.
    bool leads_to_watch(std::string_view path) const;

    // Where walks start: for each watch its longest prefix without a glob; without duplicates, and none below another.
    // A walk from a start descends into what rule_for() or leads_to_watch() accepts.
    const std::vector<std::string>& starts() const { return starts_; }

    const std::vector<RuleRef>& rules() const { return rules_; }

private:
    std::vector<RuleRef> rules_;  // most specific first
    std::vector<std::string> starts_;
    std::shared_ptr<const std::vector<WatchMatcher>> matchers_;  // the same rules, made ready for matching
};

}  // namespace touchstone
