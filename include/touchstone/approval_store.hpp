// STATE/approvals.db: approvals that were taken in, and which of their changes were made (docs/formats.md). It is an index and a memory, and is not
// believed: what an approval says is read from its signed bytes, verified again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "touchstone/object.hpp"
#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone {

struct StoredApproval {
    std::string id;
    std::string file;  // as it was handed in, with its signature
    WallTime submitted_at{};
    std::string submitted_by;
};

// In which state an object was when an approved change of it was used up.
struct ApprovalUse {
    WallTime at{};
    bool absent = false;
    ObjectId object;
    std::uint64_t size = 0;
    WallTime ctime{};
    bool operator==(const ApprovalUse&) const = default;
};
ApprovalUse use_of(const Observation& now);
// The very state: an object that was written again is in another, whatever its content.
bool is_used_state(const ApprovalUse& use, const Observation& observation);

// Not thread-safe: each thread opens its own. Blocks on the database, at most five seconds on another writer. `corrupt` when it is damaged.
class ApprovalStore {
public:
    // For reading. nullopt: nothing was ever taken in.
    static Result<std::optional<ApprovalStore>> open(const std::string& state_directory);
    // For writing; made (0600) when missing. Refuses a state directory that is not ours alone.
    static Result<ApprovalStore> open_to_write(const std::string& state_directory);
    ApprovalStore(ApprovalStore&&) noexcept;
    ApprovalStore& operator=(ApprovalStore&&) noexcept;
    ~ApprovalStore();

    // All of it or nothing, and durable. false: one of this id was taken in before.
    Result<bool> add(const StoredApproval& approval, const std::vector<std::string>& paths);
    Status mark_used(const std::string& id, const std::string& path, const ApprovalUse& use);

    Result<std::optional<StoredApproval>> find(const std::string& id);
    struct Mention {
        std::string id;
        WallTime submitted_at{};
        std::optional<ApprovalUse> use;
    };
    Result<std::vector<Mention>> mentions_of(const std::string& path);  // in the order in which they were taken in
    Result<std::vector<std::pair<std::string, ApprovalUse>>> uses_of(const std::string& id);  // by path
    Status each(const std::function<void(StoredApproval)>& visit);      // in the order in which they were taken in

    // What nobody could be told because no watch was on: one line of JSON each. At most kMaxReports wait; false: it found no room.
    Result<bool> leave_report(const std::string& line);
    Result<std::vector<std::string>> take_reports();
    static constexpr std::int64_t kMaxReports = 1'000;

    // The file that was opened is still the one at its place.
    bool is_current() const;

private:
    struct Impl;
    explicit ApprovalStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

std::string approvals_file(const std::string& state_directory);

}  // namespace touchstone
