// The bounded queue before the recorder. Looks wait for room; what must never wait has a reserve, and what finds even that full is counted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

#include "work.hpp"

namespace touchstone {

class WorkQueue {
public:
    explicit WorkQueue(std::size_t limit) : limit_(limit) {}

    // Blocks while the queue is full. False after close().
    bool push(Work work);

    // Never blocks: for the intake thread. False when even the reserve is full; counted in refused().
    bool push_now(Work work);

    // Up to `at_most` items; waits for the first one until `deadline`. Empty: the deadline passed, or closed and drained.
    std::deque<Work> pop(std::size_t at_most, SteadyTime deadline);

    void close();
    bool closed() const;
    std::size_t size() const;
    std::size_t peak() const;  // the most that size() has been
    std::uint64_t take_refused();

private:
    static constexpr std::size_t kReserve = 1'024;

    mutable std::mutex mutex_;
    std::condition_variable filled_, emptied_;
    std::deque<Work> items_;
    std::size_t limit_;
    std::size_t peak_ = 0;
    std::uint64_t refused_ = 0;
    bool closed_ = false;
};

}  // namespace touchstone
