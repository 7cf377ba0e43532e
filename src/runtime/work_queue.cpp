#include "work_queue.hpp"

#include <algorithm>
#include <utility>

namespace touchstone {

bool WorkQueue::push(Work work) {
    std::unique_lock lock(mutex_);
    emptied_.wait(lock, [&] { return closed_ || items_.size() < limit_; });
    if (closed_) return false;
    items_.push_back(std::move(work));
    peak_ = std::max(peak_, items_.size());
    filled_.notify_one();
    return true;
}

bool WorkQueue::push_now(Work work) {
    const std::lock_guard lock(mutex_);
    if (closed_ || items_.size() >= limit_ + kReserve) {
        ++refused_;
        return false;
    }
    items_.push_back(std::move(work));
    peak_ = std::max(peak_, items_.size());
    filled_.notify_one();
    return true;
}

std::deque<Work> WorkQueue::pop(std::size_t at_most, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    filled_.wait_until(lock, deadline, [&] { return closed_ || !items_.empty(); });
    std::deque<Work> taken;
    while (!items_.empty() && taken.size() < at_most) {
        taken.push_back(std::move(items_.front()));
        items_.pop_front();
    }
    if (!taken.empty()) emptied_.notify_all();
    return taken;
}

void WorkQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    emptied_.notify_all();
}

bool WorkQueue::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

std::size_t WorkQueue::size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
}

std::size_t WorkQueue::peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
}

std::uint64_t WorkQueue::take_refused() {
    const std::lock_guard lock(mutex_);
    return std::exchange(refused_, 0);
}

}  // namespace touchstone
