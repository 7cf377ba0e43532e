#include "event_kinds.hpp"

#include <algorithm>
#include <array>

namespace touchstone {
namespace {

constexpr std::size_t kFindings = 7;

// In the order of Action, then the gap, then in the order of NoticeAction.
constexpr std::array kKinds{
    EventKind{kDatasetFinding, "changed", "file", "change", "", 4, "a5bb02e5e1e945ea9759b783a332d0db"},
    EventKind{kDatasetFinding, "appeared", "file", "creation", "", 4, "994608caf6a64e4baf84cb9e915e6c47"},
    EventKind{kDatasetFinding, "vanished", "file", "deletion", "", 4, "73fa2ce79cbc4bba8c1ac0fda6e50566"},
    EventKind{kDatasetFinding, "renamed", "file", "change", "", 4, "938b0763fea4431ab89e3c07e6e0dc27"},
    EventKind{kDatasetFinding, "reverted", "file", "change", "", 4, "b22b32a8b93f4af0a32a9cde67ee4445"},
    EventKind{kDatasetFinding, "touched", "file", "info", "", 6, "8e629baf2a6d48edb42c19b98c384225"},
    EventKind{kDatasetFinding, "unreadable", "file", "info", "failure", 4, "0b3e4d95e7284564bb449ef667c38d24"},
    EventKind{kDatasetGap, "gap", "host", "info", "", 4, "8ffcc7ae68cc4552aa482d9e19cab7e6"},
    EventKind{kDatasetNotice, "watch-started", "host", "info", "success", 6, "76ebb66acf0b4feabd93abea4807937b"},
    EventKind{kDatasetNotice, "watch-stopped", "host", "info", "success", 6, "28d1bb50f46147f1aec4f034075375e5"},
    EventKind{kDatasetNotice, "config-reloaded", "configuration", "change", "success", 6, "cc4d3a1a0dc34275a64df2742c37d953"},
    EventKind{kDatasetNotice, "config-rejected", "configuration", "info", "failure", 3, "836f3d53477347b6837549a62fb549f0"},
    EventKind{kDatasetNotice, "baseline-loaded", "configuration", "change", "success", 6, "6b9c9f52f78d4338ae78dcc118cf685a"},
    EventKind{kDatasetNotice, "baseline-missing", "configuration", "info", "failure", 4, "adbc872a4b7c45da9ee1a06842a1bff4"},
    EventKind{kDatasetNotice, "state-recovered", "host", "change", "success", 3, "a0c6b60f2f7c44ea8cfdfdecb14cbb7f"},
    EventKind{kDatasetNotice, "output-failed", "host", "info", "failure", 3, "a5f16e3deecb455d8d0e537658cd3ddb"},
    EventKind{kDatasetNotice, "output-recovered", "host", "info", "success", 6, "6bc5183da0784606b451b4727b448d9f"},
    EventKind{kDatasetNotice, "mount-changed", "host", "change", "", 6, "8d27f5d7320b4febbe7af36cb9c9c836"},
    EventKind{kDatasetNotice, "fallback", "host", "info", "", 4, "71028e63f2484078a5d9c8a1d39c28b8"},
    EventKind{kDatasetNotice, "sweep-finished", "host", "info", "success", 6, "8a170d6a00cf45dba73be28848ba48a5"},
    EventKind{kDatasetNotice, "sweep-failed", "host", "info", "failure", 3, "0ab223c684954033b603d9155dcd45b7"},
    EventKind{kDatasetNotice, "heartbeat", "host", "info", "success", 6, "ab6699e6c4b5472a89a7f810ab52b195"},
    EventKind{kDatasetNotice, "tamper", "host", "change", "", 3, "f4b184dce9684e5ba87b6cf728b545e4"},
    EventKind{kDatasetNotice, "verdict-amended", "configuration", "info", "success", 6, "ca77aa4f07184d5f987bcb71c0202de6"},
    EventKind{kDatasetNotice, "transaction-finished", "host", "change", "success", 6, "dbc1cf37302f461b8061985781eaa921"},
    EventKind{kDatasetNotice, "provider-failed", "configuration", "info", "failure", 3, "941ab3ee9d1d4e5aa86f55ffd73b0a09"},
    EventKind{kDatasetNotice, "provider-recovered", "configuration", "info", "success", 6, "1a260747b9f94d6e99f50c12a3d5e4ae"},
    EventKind{kDatasetNotice, "approval-submitted", "configuration", "change", "success", 6, "91abdd3da5a14139802f22c642518410"},
    EventKind{kDatasetNotice, "approval-refused", "configuration", "info", "failure", 4, "ca924addb4b74ab59ba84c20db7d7259"},
    EventKind{kDatasetNotice, "package-refused", "configuration", "info", "failure", 4, "26647dbb54d84deeaf8b66d8448bab73"},
};

static_assert(kKinds[kFindings].action == "gap");
static_assert(kKinds.size() == kFindings + 1 + static_cast<std::size_t>(kLastNotice) + 1);

const EventKind& kind_of(Action action) { return kKinds[static_cast<std::size_t>(action)]; }
const EventKind& kind_of(NoticeAction action) { return kKinds[kFindings + 1 + static_cast<std::size_t>(action)]; }

int priority_of(Severity severity) {
    switch (severity) {
        case Severity::critical: return 2;
        case Severity::high: return 3;
        case Severity::medium: return 4;
        case Severity::low: return 6;
    }
    return 4;
}

}  // namespace

std::string_view name_of(NoticeAction action) { return kind_of(action).action; }

std::span<const EventKind> event_kinds() { return kKinds; }

const EventKind& kind_of(const Event& event) {
    if (const auto* finding = std::get_if<Finding>(&event.body)) return kind_of(finding->action);
    if (const auto* notice = std::get_if<Notice>(&event.body)) return kind_of(notice->action);
    return kKinds[kFindings];
}

std::string_view ecs_kind(const Event& event) {
    const auto* finding = std::get_if<Finding>(&event.body);
    return finding && finding->verdict == Verdict::unexpected ? "alert" : "event";
}

Severity severity_of(const Event& event) {
    if (const auto* finding = std::get_if<Finding>(&event.body)) return finding->severity;
    if (const auto* notice = std::get_if<Notice>(&event.body)) return notice->severity;
    return Severity::medium;
}

int priority_of(const Event& event) {
    const int by_severity = priority_of(severity_of(event));
    if (const auto* finding = std::get_if<Finding>(&event.body)) return finding->verdict == Verdict::unexpected ? by_severity : 6;
    return std::min(by_severity, kind_of(event).priority);
}

}  // namespace touchstone
