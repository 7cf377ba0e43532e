// A survey: every watched object is looked at once, in full. `baseline build` records what it gives, `check` compares it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/baseline.hpp"
#include "touchstone/digest.hpp"
#include "touchstone/known.hpp"
#include "touchstone/object.hpp"
#include "touchstone/policy.hpp"
#include "touchstone/providers.hpp"
#include "touchstone/result.hpp"
#include "touchstone/state.hpp"
#include "touchstone/sweep.hpp"

namespace touchstone {

// What objects should be: the baseline; and for logs that have grown or were rotated since, the row of the state that stands in for it.
// Not thread-safe: each thread opens its own.
class Expected final : public KnownReader {
public:
    // system with ENOENT when there is no baseline. A state that cannot be read is left out, and state_failure() says why.
    static Result<std::unique_ptr<Expected>> open(const std::string& baseline_file, const std::string& state_directory);

    BaselineReader& baseline() { return *baseline_; }
    KnownStore* store() { return store_ ? &*store_ : nullptr; }  // null when the state could not be read
    const std::optional<Error>& state_failure() const { return state_failure_; }

    Result<std::optional<Observation>> find(const std::string& path) override { return find(path, Profile::log); }
    Result<std::optional<Observation>> find(const std::string& path, Profile profile);
    Status children(const std::string& directory, const std::function<bool(const Glance&)>& visit) override;
    Result<std::optional<std::string>> next_directory(const std::string& scope, const std::string& after) override;
    Result<std::vector<std::string>> paths_of(ObjectId id) override;

    // Names at or below `scope` that are expected to be there although the baseline does not have them: rotated logs.
    Status each_stand_in(const std::string& scope, const std::function<bool(const Observation&)>& visit);

private:
    Expected() = default;
    std::optional<KnownStore> store_;
    std::optional<BaselineReader> alone_;  // when there is no store
    BaselineReader* baseline_ = nullptr;
    std::optional<Error> state_failure_;
};

struct Surveyed {
    Observation now;
    RuleRef rule;
    std::optional<Observation> expected;  // nullopt: not expected to be there, or the survey expects nothing
    Rotation rotation;                    // profile log, when what was expected is no longer at this name
    std::vector<Claim> claims;            // of the providers, when it is not as expected
    Verdict standing = Verdict::unexpected;  // under which the watch reported it as it is now, if it did
};

// Sees every object in the thread that looked at it; false: the visitor need not.
using Sift = std::function<bool(const Surveyed&)>;

struct SurveyOptions {
    std::vector<std::string> scopes;       // absolute paths: each and all below it; empty: every watch
    std::vector<std::string> filesystems;  // as [sources] filesystems
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    bool measure = true;  // files that fs-verity holds as the baseline says are not read
    ProviderSettings providers;                          // asked about what is not as expected
    std::string state_directory;                         // of the providers
    SweepThreads threads = 2;                            // that walk and look
    std::size_t queue = 1024;                            // results waiting for the caller
    Nanoseconds pause = std::chrono::milliseconds(250);  // before a file that kept changing is looked at again, kRetries times
    std::function<bool(const std::string&)> leave_out;   // true: not surveyed (our own files); any looking thread; may be empty
    std::function<Sift()> open_sift;                     // one for each looking thread, before they start; may be empty: the visitor sees all
    std::function<WallTime()> wall_now;
    std::function<SteadyTime()> steady_now;

    static constexpr int kRetries = 3;
    static constexpr std::size_t kMaxRetried = 10'000;  // more are given as they are
};

// Shared with whoever draws progress or catches a signal. Setting `cancel` ends the survey within about 4 MiB of reading.
struct SurveyProgress {
    std::atomic<std::uint64_t> objects{0};
    std::atomic<std::uint64_t> bytes{0};  // of file content that the digests speak of, those by measurement left out
    std::atomic<bool> cancel{false};
};

struct SurveyResult {
    std::uint64_t objects = 0;         // looked at, whether or not the visitor saw them
    std::uint64_t unlisted = 0;        // directories whose names could not be read: what is below was not surveyed
    std::uint64_t measured = 0;        // of them, regular files verified by measurement (Observation::measured)
    std::uint64_t measured_bytes = 0;  // that were not read because of that
    std::uint64_t changing = 0;        // given as unreadable because they never stood still
    std::vector<std::string> skipped;  // mount points not entered, with type
    bool cancelled = false;            // the visitor has not seen everything
};

// One for each thread; may be empty: nothing is expected, and nothing is reported missing.
using OpenExpected = std::function<Result<std::unique_ptr<Expected>>()>;

// Looks at every watched object in the scopes, and at what is expected there and missing (Absent). `visit` is called in the calling
// thread, in no particular order, at most twice for a path; an error that it returns ends the survey and is returned.
// Blocks until done. Memory does not grow with the number of objects.
Result<SurveyResult> survey(const Policy& policy, const SurveyOptions& options, const OpenExpected& expected, SurveyProgress& progress,
                            const std::function<Status(Surveyed&&)>& visit);

// How many objects a survey will look at, by a walk alone; for a progress bar. nullopt when cancelled or impossible.
std::optional<std::uint64_t> count_objects(const Policy& policy, const SurveyOptions& options, const std::atomic<bool>& cancel);

}  // namespace touchstone
