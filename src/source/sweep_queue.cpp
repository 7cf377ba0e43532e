#include "sweep_queue.hpp"

#include <algorithm>
#include <utility>

namespace touchstone {

Frame::~Frame() {
    auto above = std::move(parent);
    while (above && above.use_count() == 1) {
        auto further = std::move(above->parent);
        above = std::move(further);
    }
}

void Frame::add(Visit visit, std::string_view below) {
    if (below.empty() || below.find('\0') != std::string_view::npos) return;  // no name of a file; it would break the record
    pending.push_back(static_cast<char>(visit));
    pending.append(below);
    pending.push_back('\0');
}

void build_path(const Frame& frame, std::string_view name, std::string& path) {
    // Backwards, from the last name to the first, then turned round: the length is not known before.
    path.assign(name.rbegin(), name.rend());
    for (const Frame* at = &frame; at != nullptr; at = at->parent.get()) {
        if (at->name.empty()) continue;  // the frame that holds the roots
        if (at->name != "/") path.push_back('/');
        path.append(at->name.rbegin(), at->name.rend());
    }
    std::reverse(path.begin(), path.end());
}

void SweepQueue::push(std::shared_ptr<Frame> frame) {
    if (frame->pending.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        stack_.push_back(std::move(frame));
    }
    changed_.notify_all();
}

bool SweepQueue::take(Item& item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return cancelled_ || !stack_.empty() || busy_ == 0; });
    if (cancelled_ || stack_.empty()) return false;
    Frame& top = *stack_.back();
    item.visit = static_cast<Visit>(top.pending[top.next]);
    const auto end = top.pending.find('\0', top.next);
    item.name.assign(top.pending, top.next + 1, end - top.next - 1);
    item.frame = stack_.back();
    top.next = end + 1;
    if (top.next >= top.pending.size()) {
        std::string().swap(top.pending);
        stack_.pop_back();
    }
    ++busy_;
    return true;
}

void SweepQueue::finished() {
    bool over = false;
    {
        const std::lock_guard lock(mutex_);
        over = --busy_ == 0 && stack_.empty();
    }
    if (over) changed_.notify_all();
}

void SweepQueue::cancel() {
    {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
    }
    changed_.notify_all();
}

}  // namespace touchstone
