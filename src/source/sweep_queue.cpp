#include "sweep_queue.hpp"

#include <algorithm>
#include <utility>

namespace touchstone {

namespace {

thread_local std::shared_ptr<Frame>* left_over = nullptr;

}  // namespace

// In a loop, for a tree may be deeper than a stack: a parent that ends here leaves its own parent to this one. (A use_count() of 1 would not
// do: it does not wait for what other threads did to that parent before they let it go.)
Frame::~Frame() {
    if (left_over != nullptr) {
        *left_over = std::move(parent);
        return;
    }
    left_over = &parent;
    while (parent) std::exchange(parent, nullptr).reset();
    left_over = nullptr;
}

void Frame::add(Visit visit, std::string_view below) {
    if (below.empty() || below.find('\0') != std::string_view::npos) return;  // no name of a file; it would break the record
    pending.push_back(static_cast<char>(visit));
    pending.append(below);
    pending.push_back('\0');
}

namespace {

// Backwards, from the last name to the first, then turned round: the length is not known before.
void build(const Frame* frame, const Frame* end, std::string_view name, std::string& path) {
    path.assign(name.rbegin(), name.rend());
    for (; frame != end; frame = frame->parent.get()) {
        if (frame->name.empty()) continue;  // the frame that holds the roots
        if (frame->name != "/") path.push_back('/');
        path.append(frame->name.rbegin(), frame->name.rend());
    }
    std::reverse(path.begin(), path.end());
}

}  // namespace

void build_path(const Frame& frame, std::string_view name, std::string& path) { build(&frame, nullptr, name, path); }

void build_path_from_anchor(const Frame& frame, std::string_view name, std::string& path) { build(&frame, frame.anchor, name, path); }

void SweepQueue::anchor(Frame& frame, Fd directory) {
    const unsigned last = frame.anchor != nullptr ? frame.anchor->depth : 0;
    if (frame.depth < last + kEvery || held_ >= kMost) return;
    ++held_;
    const auto let_go = [this](const Fd* fd) {
        delete fd;
        --held_;
    };
    frame.held = std::shared_ptr<const Fd>(new Fd(std::move(directory)), let_go);
    frame.anchor = &frame;
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
    ++waiting_;
    changed_.wait(lock, [this] { return cancelled_ || !stack_.empty() || busy_ == 0; });
    --waiting_;
    return take_top(item);
}

bool SweepQueue::take_at_once(Item& item) {
    const std::lock_guard lock(mutex_);
    return take_top(item);
}

bool SweepQueue::take_top(Item& item) {
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
