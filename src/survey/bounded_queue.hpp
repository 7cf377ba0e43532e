// A queue between threads that waits when full: what works ahead is held back by what takes. Who waited for room waits until half of it is free, so that
// threads do not wake each other for every item.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace touchstone {

template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t limit) : limit_(limit == 0 ? 1 : limit) {}

    // Blocks while full. After close() the item is dropped and false returned.
    bool push(T item) {
        std::unique_lock lock(mutex_);
        if (!has_room(lock)) return false;
        put(std::move(item));
        lock.unlock();
        filled_.notify_one();
        return true;
    }

    // Blocks while empty; false once closed and empty.
    bool pop(T& item) {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
        if (items_.empty()) return false;
        item = std::move(items_.front());
        items_.pop_front();
        const bool wake = waiting_ && items_.size() <= limit_ / 2;
        lock.unlock();
        if (wake) room_.notify_all();
        return true;
    }

    // Nothing more comes; what is inside is still handed out.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        filled_.notify_all();
        room_.notify_all();
    }

    std::size_t peak() const {
        const std::lock_guard lock(mutex_);
        return peak_;
    }

private:
    bool has_room(std::unique_lock<std::mutex>& lock) {
        if (!closed_ && items_.size() >= limit_) {
            ++waiting_;
            room_.wait(lock, [&] { return closed_ || items_.size() < limit_; });
            --waiting_;
        }
        return !closed_;
    }

    void put(T item) {
        items_.push_back(std::move(item));
        peak_ = std::max(peak_, items_.size());
    }

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable filled_, room_;
    std::deque<T> items_;
    std::size_t peak_ = 0;
    std::size_t waiting_ = 0;  // for room
    bool closed_ = false;
};

}  // namespace touchstone
