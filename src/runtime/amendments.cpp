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
    open_.push_back({std::move(event_id), subject, now});
    if (open_.size() <= most_ / 2) full_ = false;
    if (open_.size() <= most_) return false;
    open_.pop_front();
    ++given_up_;
    return !std::exchange(full_, true);
}

std::vector<Amendments::Amended> Amendments::reconsider(Panel& panel, DigestAlgorithm digest, WallTime now, const std::function<bool(const Observation&)>& stands) {
    std::vector<Amended> amended;
    while (!open_.empty() && now - open_.front().at > kFor) open_.pop_front();
    const auto version = open_.empty() ? version_ : panel.version(now);
    if (version == version_) return amended;
    version_ = version;
    std::erase_if(open_, [&](Open& open) {
        Subject& subject = open.subject;
        if (!stands(subject.now)) return true;
        if (!is_cheap(subject.now)) return false;
        const auto& known = subject.reported ? subject.reported : subject.baseline;
        subject.claims = inquire(panel, known ? &*known : nullptr, subject.now, &subject.touch, digest);
        if (subject.claims.empty()) return false;
        auto judgement = judge({subject}, {}, digest);
        if (judgement.findings.size() != 1 || judgement.findings.front().verdict == Verdict::unexpected) return false;
        amended.push_back({open.event_id, std::move(judgement.findings.front()), std::move(judgement.effects.front())});
        return true;
    });
    return amended;
}

}  // namespace touchstone
