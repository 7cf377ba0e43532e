#include "dpkg/cache_reading.hpp"

#include "shared_by.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/package_evidence.hpp"

namespace touchstone::dpkg {

std::shared_ptr<CacheReading> CacheReading::shared(const std::string& state_directory) { return shared_by<CacheReading>(state_directory); }

CacheReading::~CacheReading() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
}

void CacheReading::want(const ProviderSettings::Dpkg& settings, const std::optional<Stamp>& status, DigestAlgorithm digest, WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto cache = stamp_of(join_path(settings.root, "var/cache/apt/archives"));
    if (running_ || (read_ == status && cache_ == cache)) return;
    if (thread_.joinable()) thread_.join();
    read_ = status;
    cache_ = cache;
    running_ = true;
    PackageEvidence evidence{settings.root, state_directory_, digest, settings.weak, [now] { return now; }, [this] { return stop_.load(); }};
    thread_ = std::thread([this, evidence = std::move(evidence)] {
        (void)read_package_cache(evidence);  // what is refused is told by `touchstone evidence apt --cache`; here it just is no evidence
        running_ = false;
    });
}

}  // namespace touchstone::dpkg
