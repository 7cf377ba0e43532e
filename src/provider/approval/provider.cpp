#include "approval/provider.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "approval/match.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::approval {
namespace {

constexpr std::string_view kTransactionPrefix = "approval-";

const ApprovedChange* change_of(const Approval& approval, const std::string& path) {
    const auto found = std::lower_bound(approval.changes.begin(), approval.changes.end(), path,
                                        [](const auto& each, const auto& wanted) { return each.path < wanted; });
    return found != approval.changes.end() && found->path == path ? &*found : nullptr;
}

bool is_in_time(const Approval& approval, WallTime at) { return at + kClockTolerance >= approval.not_before && at < approval.expires; }

// What is approved is approved beforehand. (The kernel's times of change lag behind the clock, by a tick.)
bool is_since(WallTime submitted_at, const Question& question) {
    const auto* is = question.now.attributes();
    return question.at + kRacyWindow >= submitted_at && (is == nullptr || is->ctime + kRacyWindow >= submitted_at);
}

// Not yet used up: the change that it describes, in its time. Used up: the state that it was used up by is still there, or the object went on from
// just that state and is still what was approved. What left that state and came back is another change. (One absence is like another: only what was
// known before tells them apart.)
bool is_this_change(const SignedApproval& signed_, const ApprovedChange& change, const ApprovalStore::Mention& mention, const Question& question) {
    const auto& use = mention.use;
    if (use && !use->absent && is_used_state(*use, question.now)) return true;
    if (!use && (!is_in_time(signed_.approval, question.at) || !is_since(mention.submitted_at, question))) return false;
    const Observation* known = question.known ? question.known() : nullptr;
    if (use) return known != nullptr && is_used_state(*use, *known);
    return is_before(change.before, known, question.digest) && !is_already(change.after, known, question.digest);
}

std::string reason_of(const ApprovedChange& change, const Approval& approval) {
    const char* what = change.after.kind == ApprovedState::Kind::absent ? "its removal was approved" : "it is what was approved for this path";
    return approval.approver.empty() ? what : fmt::format("{}, by {}", what, printable(approval.approver));
}

Claim claim_of(const SignedApproval& signed_, const ApprovedChange& change, const Observation& now) {
    const auto& approval = signed_.approval;
    Claim claim;
    claim.evidence.provider = "approval";
    claim.evidence.source = fmt::format("approval {}{}", approval.id, approval.ticket.empty() ? "" : " (" + printable(approval.ticket) + ")");
    claim.evidence.signer = fmt::format("{} ({})", signed_.key_id, printable(signed_.key_name));
    claim.evidence.reason = reason_of(change, approval);
    claim.evidence.transaction = std::string(kTransactionPrefix) + approval.id;
    claim.covers = covered(change.after, now);
    return claim;
}

WallTime last_of(const std::vector<std::pair<std::string, ApprovalUse>>& uses) {
    WallTime last{};
    for (const auto& [path, use] : uses) last = std::max(last, use.at);
    return last;
}

// "" when it is none of ours.
std::string id_in(const std::string& transaction) {
    return transaction.starts_with(kTransactionPrefix) ? transaction.substr(kTransactionPrefix.size()) : std::string();
}

}  // namespace

Result<ApprovalStore*> ApprovalProvider::reader() {
    if (reader_ && reader_->is_current()) return &*reader_;
    auto opened = ApprovalStore::open(state_directory_);
    if (!opened) return fail(opened.error());
    reader_ = std::move(*opened);
    return reader_ ? &*reader_ : nullptr;
}

Result<ApprovalProvider::Read> ApprovalProvider::read(const std::string& id) {
    if (const auto found = read_.find(id); found != read_.end()) return found->second;
    const auto stored = reader_->find(id);
    if (!stored) return fail(stored.error());
    if (!*stored) return Read();
    auto verified = verify_approval((*stored)->file, keys_);
    const bool ours =
        verified && verified->approval.id == id &&
        (verified->approval.hosts.empty() || std::binary_search(verified->approval.hosts.begin(), verified->approval.hosts.end(), host_id_));
    auto made = ours ? std::make_shared<const SignedApproval>(std::move(*verified)) : Read();
    const auto size = made ? made->approval.changes.size() : 1;
    if (read_changes_ + size > kMaxReadChanges) read_.clear(), read_changes_ = 0;
    read_changes_ += size;
    return read_.emplace(id, std::move(made)).first->second;
}

Status ApprovalProvider::ask(const Question& question, const ApprovalStore::Mention& mention, std::vector<Claim>& claims) {
    const auto signed_ = read(mention.id);
    if (!signed_) return fail(signed_.error());
    const auto* change = *signed_ ? change_of((*signed_)->approval, question.path) : nullptr;
    if (change == nullptr || !is_this_change(**signed_, *change, mention, question)) return {};
    const auto is = is_after(change->after, question);
    if (!is) return fail(is.error());
    if (*is) claims.push_back(claim_of(**signed_, *change, question.now));
    return {};
}

Status ApprovalProvider::ask(const Question& question, std::vector<Claim>& claims) {
    if (question.now.unreadable()) return {};
    const auto store = reader();
    if (!store) return fail(store.error());
    if (*store == nullptr) return {};
    const auto mentions = (*store)->mentions_of(question.path);
    if (!mentions) return fail(mentions.error());
    for (const auto& mention : *mentions)
        if (auto asked = ask(question, mention, claims); !asked) return asked;
    return {};
}

Result<std::optional<Transaction>> ApprovalProvider::transaction(const std::string& transaction) {
    const auto id = id_in(transaction);
    const auto store = id.empty() ? Result<ApprovalStore*>(nullptr) : reader();
    if (!store) return fail(store.error());
    if (*store == nullptr) return std::nullopt;
    const auto signed_ = read(id);
    if (!signed_) return fail(signed_.error());
    const auto stored = *signed_ ? (*store)->find(id) : std::optional<StoredApproval>();
    if (!stored) return fail(stored.error());
    if (!*stored) return std::nullopt;
    const auto uses = (*store)->uses_of(id);
    if (!uses) return fail(uses.error());
    const auto& approval = (*signed_)->approval;
    Transaction out{transaction,
                    "approval",
                    fmt::format("approval {} of {} path{}", approval.ticket.empty() ? id : printable(approval.ticket), approval.changes.size(),
                                approval.changes.size() == 1 ? "" : "s"),
                    (*stored)->submitted_at,
                    approval.expires,
                    {}};
    if (uses->size() == approval.changes.size()) out.ended = last_of(*uses);
    for (const auto& change : approval.changes) out.items.push_back(change.path);
    return std::optional<Transaction>(std::move(out));
}

Status ApprovalProvider::used(const Evidence& evidence, const Observation& now) {
    const auto id = id_in(evidence.transaction);
    if (id.empty()) return fail(Error{"evidence of an approval without its transaction", ErrorKind::bad_input, 0});
    if (!writer_ || !writer_->is_current()) {
        auto opened = ApprovalStore::open_to_write(state_directory_);
        if (!opened) return fail(opened.error());
        writer_.emplace(std::move(*opened));
    }
    return writer_->mark_used(id, now.path, use_of(now));
}

}  // namespace touchstone::approval
