#include "provider_health.hpp"

#include <fmt/format.h>

namespace touchstone {

std::optional<Notice> ProviderHealth::heard(const std::string& provider, const Error* error) {
    const std::lock_guard lock(mutex_);
    Notice notice;
    notice.details["provider"] = provider;
    const auto self = std::this_thread::get_id();
    if (error != nullptr) {
        auto& fault = faults_[provider];
        const bool first = fault.found_by.empty();
        fault.found_by.insert(self);
        fault.what = error->what;
        if (!first) return std::nullopt;
        notice.action = NoticeAction::provider_failed;
        notice.severity = Severity::high;
        notice.text = fmt::format("the source of truth {} cannot be used, and authorizes nothing: {}", provider, error->what);
        notice.details["error"] = error->what;
        return notice;
    }
    const auto fault = faults_.find(provider);
    if (fault == faults_.end() || fault->second.found_by.erase(self) == 0 || !fault->second.found_by.empty()) return std::nullopt;
    faults_.erase(fault);
    notice.action = NoticeAction::provider_recovered;
    notice.text = fmt::format("the source of truth {} can be used again", provider);
    return notice;
}

std::map<std::string, std::string> ProviderHealth::failing() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::string> all;
    for (const auto& [provider, fault] : faults_) all.emplace(provider, fault.what);
    return all;
}

}  // namespace touchstone
