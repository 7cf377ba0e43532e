// A queue between threads that waits when full: what reads ahead is held back by what works.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace touchstone {

template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t limit) : limit_(limit == 0 ? 1 : limit) {}

    // Blocks while full. After close() the item is dropped and false returned.
    bool push(T item) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return closed_ || items_.size() < limit_; });
        if (closed_) return false;
        items_.push_back(std::move(item));
        if (items_.size() > peak_) peak_ = items_.size();
        lock.unlock();
        filled_.notify_one();
        return true;
    }

    // Blocks while empty; nullopt once closed and empty.
    std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || !items_.empty(); });
        if (items_.empty()) return std::nullopt;
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        lock.unlock();
        room_.notify_one();
        return item;
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
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable filled_, room_;
    std::deque<T> items_;
    std::size_t peak_ = 0;
    bool closed_ = false;
};

}  // namespace touchstone
