// The provider "approval": changes that somebody with a key has approved beforehand. docs/formats.md, touchstone(8) approve.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "touchstone/approval.hpp"
#include "touchstone/approval_store.hpp"
#include "touchstone/provider.hpp"

namespace touchstone::approval {

class ApprovalProvider : public Provider {
public:
    ApprovalProvider(std::vector<ApproverKey> keys, std::string state_directory, std::string host_id)
        : keys_(std::move(keys)), state_directory_(std::move(state_directory)), host_id_(std::move(host_id)) {}

    std::string_view name() const override { return "approval"; }
    Status ask(const Question& question, std::vector<Claim>& claims) override;
    Result<std::optional<Transaction>> transaction(const std::string& id) override;
    Status used(const Evidence& evidence, const Observation& now) override;

private:
    // Approvals that were read and verified; null: one that is not signed by a key of ours, or not for this host.
    using Read = std::shared_ptr<const SignedApproval>;
    static constexpr std::size_t kMaxReadChanges = 200'000;  // of all that are kept in memory

    Result<ApprovalStore*> reader();  // null: nothing was ever taken in
    Result<Read> read(const std::string& id);
    Status ask(const Question& question, const ApprovalStore::Mention& mention, std::vector<Claim>& claims);

    std::vector<ApproverKey> keys_;
    std::string state_directory_;
    std::string host_id_;
    std::optional<ApprovalStore> reader_, writer_;
    std::map<std::string, Read> read_;
    std::size_t read_changes_ = 0;
};

}  // namespace touchstone::approval
