#include "lanes.hpp"

#include <algorithm>

#include "clock.hpp"

namespace touchstone {

void Lanes::sit() {
    std::unique_lock lock(mutex_);
    seat_free_.wait(lock, [&] { return seated_ < limits_.seats; });
    ++seated_;
}

void Lanes::rise() {
    {
        const std::lock_guard lock(mutex_);
        --seated_;
    }
    seat_free_.notify_one();
}

void Lanes::stop(SteadyTime deadline) {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        deadline_ = deadline;
    }
    turn_free_.notify_all();
}

std::vector<Lanes::Slow> Lanes::slow() const {
    const std::lock_guard lock(mutex_);
    std::vector<Slow> all;
    for (const Look* look : lane_) all.push_back(look->what_);
    return all;
}

bool Lanes::is_over(const Look& look) const { return stopping_ && (look.in_lane_ || steady_now() >= deadline_); }

void Lanes::take_turn(std::unique_lock<std::mutex>& lock, Look& look) {
    waiting_.push_back(&look);
    look.pulse_.wait();
    turn_free_.wait(lock, [&] { return stopping_ || (waiting_.front() == &look && reading_ < limits_.turns); });
    look.pulse_.beat();
    std::erase(waiting_, &look);
    look.reading_ = true;
    ++reading_;
    look.since_ = steady_now();
    turn_free_.notify_all();  // whoever is the first to wait now may find a turn free as well
}

void Lanes::end_turn(Look& look) {
    if (!look.reading_) return;
    look.reading_ = false;
    --reading_;
    turn_free_.notify_all();
}

Lanes::Look::Look(Lanes& lanes, Pulse& pulse) : lanes_(lanes), pulse_(pulse), since_(steady_now()) {}

bool Lanes::Look::begin(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(lanes_.mutex_);
    what_.path = path;
    what_.bytes = bytes;
    what_.read = 0;
    if (given_up_) return false;  // all of it is looked at again
    if (bytes <= lanes_.limits_.short_bytes || in_lane_) return !lanes_.is_over(*this) || refuse();
    return (!lanes_.stopping_ && slow_down()) || refuse();
}

// The lock is held. The first turn is waited for in go_on().
bool Lanes::Look::slow_down() {
    if (lanes_.lane_.size() >= lanes_.limits_.slow) return false;
    what_.since = wall_now();
    lanes_.lane_.push_back(this);
    slow_ = in_lane_ = true;
    --lanes_.seated_;
    lanes_.seat_free_.notify_one();
    return true;
}

bool Lanes::Look::go_on(std::uint64_t bytes) {
    pulse_.beat();
    std::unique_lock lock(lanes_.mutex_);
    what_.read += bytes;
    const auto now = steady_now();
    if (!in_lane_ && now - since_ > lanes_.limits_.short_time) slow_down();
    if (given_up_ || lanes_.is_over(*this)) return refuse();
    if (!in_lane_) return true;
    if (reading_ && (now - since_ < lanes_.limits_.turn || lanes_.waiting_.empty())) return true;
    lanes_.end_turn(*this);
    lanes_.take_turn(lock, *this);
    return !lanes_.is_over(*this) || refuse();
}

void Lanes::Look::finish() {
    if (!in_lane_) return;
    const std::lock_guard lock(lanes_.mutex_);
    lanes_.end_turn(*this);
    std::erase(lanes_.lane_, this);
    in_lane_ = false;
}

}  // namespace touchstone
