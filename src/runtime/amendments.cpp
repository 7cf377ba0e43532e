#include "amendments.hpp"

#include <algorithm>
#include <utility>

#include "touchstone/inquiry.hpp"

namespace touchstone {
namespace {

constexpr std::uint64_t kReadable = 1 << 20;  // bytes: the recorder does not read what takes long

bool is_cheap(const Observation& now) {
    const Attributes* seen = now.attributes();
    return seen == nullptr || seen->type != FileType::regular || seen->size <= kReadable;
}

}  // namespace

bool Amendments::add(std::string event_id, const Subject& subject, WallTime now) {
    unexpected_.push_back({std::move(event_id), subject, now, {}});
    if (unexpected_.size() <= most_ / 2) full_ = false;
    if (unexpected_.size() <= most_) return false;
    unexpected_.pop_front();
    ++given_up_;
    return !std::exchange(full_, true);
}

bool Amendments::is_over(Open& open, const Asking& asking, std::vector<Amended>& amended) {
    Subject& subject = open.subject;
    if (!asking.stands(subject.now)) return true;
    if (!is_cheap(subject.now)) return false;
    const auto& known = subject.reported ? subject.reported : subject.baseline;
    subject.claims = inquire(asking.panel, known ? &*known : nullptr, subject.now, &subject.touch, asking.digest);
    if (subject.claims.empty()) return false;
    auto judgement = judge({subject}, {}, asking.digest);
    if (judgement.findings.size() != 1 || judgement.findings.front().verdict <= open.verdict()) return false;
    const Finding& finding = judgement.findings.front();
    amended.push_back({open.event_id, std::exchange(open.amended, finding), finding, std::move(judgement.effects.front())});
    return finding.verdict == Verdict::authorized;
}

std::vector<Amendments::Amended> Amendments::reconsider(Panel& panel, DigestAlgorithm digest, WallTime now, const std::function<bool(const Observation&)>& stands) {
    std::vector<Amended> amended;
    for (Queue* queue : {&unexpected_, &expected_})
        while (!queue->empty() && now - queue->front().at > kFor) queue->pop_front();
    const auto version = unexpected_.empty() && expected_.empty() ? version_ : panel.version(now);
    if (version == version_) return amended;
    version_ = version;
    const Asking asking{panel, digest, stands};
    std::erase_if(expected_, [&](Open& open) { return is_over(open, asking, amended); });
    std::erase_if(unexpected_, [&](Open& open) {
        if (is_over(open, asking, amended)) return true;
        if (open.verdict() == Verdict::unexpected) return false;
        open.at = now;
        expected_.push_back(std::move(open));
        if (expected_.size() > most_) expected_.pop_front();
        return true;
    });
    return amended;
}

}  // namespace touchstone
