// SIGINT, SIGTERM and SIGHUP end long work cleanly.
#pragma once

#include <atomic>

namespace touchstone::cli {

// While one lives, those signals set `flag` instead of ending the process. One at a time.
class Cancellation {
public:
    explicit Cancellation(std::atomic<bool>& flag);
    ~Cancellation();
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;

    // 128 and the number of the signal that came, as a shell says it; 0 when none did.
    int exit_status() const;
};

}  // namespace touchstone::cli
