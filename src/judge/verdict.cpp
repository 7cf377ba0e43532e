#include "verdict.hpp"

#include <algorithm>

#include "grave.hpp"
#include "past.hpp"

namespace touchstone {
namespace {

constexpr const char* kContent = "content";

bool covers(const Claim& claim, std::string_view attribute) {
    return std::any_of(claim.covers.begin(), claim.covers.end(), [&](std::string_view each) { return touchstone::covers(each, attribute); });
}

bool vouches_strongly(const Claim& claim) { return claim.word == Claim::Word::vouches && !claim.evidence.weak; }
bool accounts(const Claim& claim) { return claim.word == Claim::Word::vouches || claim.word == Claim::Word::explains; }
bool contradicts(const Claim& claim) { return claim.word == Claim::Word::contradicts; }

struct Case {
    const std::vector<Claim>& claims;
    const std::vector<std::string>& attributes;  // to be covered

    // The claims of a kind that together cover everything; empty: they do not.
    template <class Kind>
    std::vector<Evidence> settled_by(Kind kind) const {
        std::vector<Evidence> used;
        std::vector<std::string_view> open(attributes.begin(), attributes.end());
        bool by_itself = false;
        for (const auto& claim : claims) {
            if (!kind(claim) || (attributes.empty() && claim.only_beside_others)) continue;
            const auto before = open.size();
            std::erase_if(open, [&](std::string_view attribute) { return covers(claim, attribute); });
            if (open.size() == before && (!attributes.empty() || !used.empty())) continue;
            used.push_back(claim.evidence);
            by_itself |= !claim.only_beside_others;
        }
        return open.empty() && by_itself ? used : std::vector<Evidence>();
    }

    std::string uncovered_by(const Claim& claim) const {
        std::string text;
        for (const auto& attribute : attributes)
            if (!covers(claim, attribute)) text += (text.empty() ? "" : ", ") + attribute;
        return text;
    }
};

struct Outcome {
    Verdict verdict = Verdict::unexpected;
    std::vector<Evidence> evidence;
};

// What speaks for only a part of it is worth knowing, and for what part.
std::vector<Evidence> partly(const Case& all) {
    std::vector<Evidence> evidence;
    for (const auto& claim : all.claims) {
        if (!accounts(claim)) continue;
        evidence.push_back(claim.evidence);
        evidence.back().reason += "; not for " + all.uncovered_by(claim);
    }
    return evidence;
}

Outcome decide(const Case& all) {
    if (auto evidence = all.settled_by(vouches_strongly); !evidence.empty()) return {Verdict::authorized, std::move(evidence)};
    std::vector<Evidence> against;
    for (const auto& claim : all.claims)
        if (contradicts(claim)) against.push_back(claim.evidence);
    if (!against.empty()) return {Verdict::unexpected, std::move(against)};
    if (auto evidence = all.settled_by(accounts); !evidence.empty()) return {Verdict::expected, std::move(evidence)};
    return {Verdict::unexpected, partly(all)};
}

bool was_authorized(const Subject& subject) { return subject.reported && subject.reported->standing == Verdict::authorized; }

Severity severity_of(const Finding& finding, const Subject& subject) {
    if (finding.verdict != Verdict::unexpected) return Severity::low;
    if (is_grave(finding)) return Severity::critical;
    const bool put_back = finding.action == Action::reverted && was_authorized(subject);
    return put_back && subject.rule ? std::max(finding.severity, subject.rule->severity) : finding.severity;
}

}  // namespace

std::vector<std::string> subjects_of(const Finding& finding, DigestAlgorithm digest) {
    std::vector<std::string> attributes;
    const auto add = [&](std::string attribute) {
        if (attribute == field_name(digest) || attribute == "size") attribute = kContent;
        if (std::find(attributes.begin(), attributes.end(), attribute) == attributes.end()) attributes.push_back(std::move(attribute));
    };
    for (const auto& change : finding.changes) add(change.attribute);
    const bool whole = finding.action == Action::appeared || (finding.action == Action::renamed && finding.after);
    if (!whole || !finding.after) return attributes;
    const Attributes& now = *finding.after;
    for (const char* each : {"type", "mode", "uid", "gid"}) add(each);
    if (now.type == FileType::regular) add(kContent);
    if (now.type == FileType::symlink) add("link_target");
    if (now.rdev != 0) add("rdev");
    if (now.project_id != 0) add("project_id");
    if (now.inode_flags != 0) add("inode_flags");
    for (const auto& [name, value] : now.xattrs) add("xattr." + name);
    return attributes;
}

void settle(Finding& finding, const Subject& subject, const Subject* origin, DigestAlgorithm digest) {
    if (finding.action != Action::unreadable) {
        const auto attributes = subjects_of(finding, digest);
        auto outcome = decide({subject.claims, attributes});
        if (origin && outcome.verdict != Verdict::unexpected) {
            auto left = decide({origin->claims, {}});
            if (left.verdict < outcome.verdict) outcome = std::move(left);
        }
        finding.verdict = outcome.verdict;
        finding.evidence = std::move(outcome.evidence);
    }
    finding.severity = severity_of(finding, subject);
}

}  // namespace touchstone
