// Which entries somebody wants to see. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/log_entry.hpp"

namespace touchstone::reader {

// Within one list any may hold; of the lists that are not empty, all must.
struct Selection {
    std::optional<WallTime> since{}, until{};  // until: not itself
    std::vector<std::string> paths{};      // absolute: that and all below it; with a glob (policy.hpp): the whole path, or the name when it has no slash
    std::vector<std::string> verdicts{}, actions{};
    std::vector<Dataset> datasets{};
    std::vector<std::string> actors{};  // name, executable, process id, user, login user, entity or container id of any writer; globs
    std::vector<std::string> ids{};     // beginnings of event.id
    std::int64_t severity = 0;        // at least

    // A gap is about a path when it holds it: what may have been missed there belongs to its history. One that has no verdict or actor is about none.
    bool matches(const Entry& entry) const;
};

// Tells from the bytes of a line that it cannot match, many times faster than it could be parsed. It relies on how touchstone writes: what it does not
// recognise it lets pass.
class Sieve {
public:
    explicit Sieve(const Selection& selection);

    bool may_match(std::string_view line) const;

private:
    std::string since_, until_;                     // as in @timestamp
    std::vector<std::vector<std::string>> needles_;  // of each list one must occur
};

}  // namespace touchstone::reader
