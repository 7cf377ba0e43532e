// Reads apt's cache and lists into dpkg.db while the daemon runs, where no hook has: beside the threads that ask, for it takes seconds.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "dpkg/files.hpp"
#include "touchstone/providers.hpp"

namespace touchstone::dpkg {

// One for all threads of the process; safe to call from each. Its destructor waits for what is being read, which ends at the next archive.
class CacheReading {
public:
    static std::shared_ptr<CacheReading> shared(const std::string& state_directory);
    ~CacheReading();

    // Begins to read when this state of dpkg's status was not read yet and nothing is being read. `now` is taken for the time of it.
    void want(const ProviderSettings::Dpkg& settings, const std::optional<Stamp>& status, DigestAlgorithm digest, WallTime now);
    bool is_running() const { return running_; }

    explicit CacheReading(std::string state_directory) : state_directory_(std::move(state_directory)) {}

private:
    std::string state_directory_;
    std::mutex mutex_;
    std::thread thread_;
    std::atomic<bool> running_ = false, stop_ = false;
    std::optional<Stamp> read_, cache_;
};

}  // namespace touchstone::dpkg
