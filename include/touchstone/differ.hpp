// What changed in a text: keeps copies of watched texts, and compares what was looked at with the copy of what was known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "touchstone/digest.hpp"
#include "touchstone/object.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/result.hpp"
#include "touchstone/rule.hpp"
#include "touchstone/text_diff.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

// Safe from any thread; calls that use the copies take turns, and may block on the disk. What fails here is counted and said in report(), and in the
// events that have no difference because of it; it stops nothing.
class Differ {
public:
    Differ(std::string state_directory, DigestAlgorithm digest);
    ~Differ();

    // Start and reload. Opens the copies when any rule wants differences, and drops those that no rule wants any more, at start also those of what is not
    // there; removes them all when none does. What was recovered from, or the error, to be announced; monitoring goes on either way.
    Result<std::string> configure(const DiffSettings& settings, std::shared_ptr<const Policy> policy, SteadyTime now);
    // Copies that could not be opened are tried again when that is due: kRetryFirst after the first failure, and twice as long after each further one,
    // kRetryLast at most. True: they are there again; a sweep will find of what there is no copy.
    bool retry(SteadyTime now);
    static constexpr Nanoseconds kRetryFirst = std::chrono::seconds(2), kRetryLast = std::chrono::minutes(5);

    static bool is_wanted(const Rule& rule) { return rule.diff != Diff::off; }
    // LookOptions::keep_content of a look under such a rule.
    std::uint64_t most_bytes() const;
    // A sweep has met a file that is as it is known to be: is there no copy of it yet, which a look could give? Only once for each file that can have none.
    bool lacks(const std::string& path, std::uint64_t size) const;

    // `now` was looked at under a rule that wants differences; `known` is what is known of it, which may stand under another path (a rename). nullopt:
    // both contents are known to be the same, or one of them is no file.
    std::optional<TextDiff> compare(const Observation* known, const Observation& now, const Rule& rule);
    // Afterwards, when all that were looked at together are compared: keeps `now`, and of the others what is known.
    void keep(const Observation* known, const Observation& now, const Rule& rule);

    // Why there would be no difference of what is there now; "" when there would be. For `explain`.
    static std::string why_not(const Observation& now, const Rule& rule, const DiffSettings& settings);

    struct Report {
        bool on = false;
        std::uint64_t copies = 0, bytes = 0;
        std::uint64_t diffs = 0;    // made
        std::uint64_t missing = 0;  // could not be made, for want of a copy
        std::uint64_t refused = 0;  // copies that the limits did not allow
        std::uint64_t damaged = 0;  // copies that were not what they had been
        std::uint64_t failed = 0;   // times that the copies could not be read or written
        std::string failure;        // the last one
        std::string unopened;       // why there are no copies although they are wanted; "" when there are
    };
    Report report() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
